"""Mutants made by hand, mostly of Python code: each takes one guarantee away (by_hand.toml)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy import ROOT
from tests.mutants.report import SURVIVED
from tests.mutants.suite import ProjectCopy

LIST = Path(__file__).with_name("by_hand.toml")


@dataclass(frozen=True)
class Change:
    """`new` instead of `old`, in `file`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Patch:
    """All `changes` at once. The test `must_fail` of the file `tests` must fail.

    `breaks` is the heading in docs/guarantees.md of the guarantee that it takes away.
    """

    name: str
    breaks: str
    changes: tuple[Change, ...]
    tests: str
    must_fail: str

    @property
    def texts(self) -> Mapping[str, str]:
        """Of whole files. Raises ValueError where an old text is not there exactly once."""
        texts: dict[str, str] = {}
        for change in self.changes:
            text = texts.get(change.file) or (ROOT / change.file).read_text(encoding="utf-8")
            if (times := text.count(change.old)) != 1:
                raise ValueError(f"{self.name}: {change.file} has its old text {times} times")
            texts[change.file] = text.replace(change.old, change.new)
        return texts


def patches() -> list[Patch]:
    found = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]
    return [
        Patch(
            name=one["name"],
            breaks=one["breaks"],
            changes=tuple(Change(**change) for change in one["changes"]),
            tests=one["tests"],
            must_fail=one["must_fail"],
        )
        for one in found
    ]


def noticed(patch: Patch, project: ProjectCopy) -> str:
    """The test that notices it, or SURVIVED. Raises Unsettled."""
    return project.noticed(patch.texts, [f"{patch.tests}::{patch.must_fail}"]) or SURVIVED
