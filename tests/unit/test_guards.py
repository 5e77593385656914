"""Each guard of `make check` fails on a file that breaks its rule."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from checks import columns, links
from checks.guards import CACHE, guards, run
from deploy import ROOT

CONFIGURATION = ("pyproject.toml", "tsconfig.json", "biome.jsonc", ".luacheckrc")

PACKAGES = ("booking", "cinema", "gateway", "listener", "notifications", "verify")


class Bad(NamedTuple):
    files: Mapping[str, str]
    complaint: str


BAD: dict[str, Bad] = {
    "mypy": Bad({"wrong.py": "def seats() -> int:\n    return 'A05'\n"}, "Incompatible return"),
    "ruff": Bad({"wrong.py": "import os\n"}, "F401"),
    "ruff-format": Bad({"wrong.py": "seats = ( 1,2 )\n"}, "would be reformatted"),
    "tsc": Bad(
        {"static/wrong.js": '// @ts-check\n/** @type {number} */\nexport const seats = "A05";\n'},
        "TS2322",
    ),
    "biome": Bad({"static/wrong.js": "export const seats = (a) => { debugger; };\n"}, "noDebugger"),
    "luacheck": Bad({"lua/wrong.lua": "seats = redis.call('GET', KEYS[1])\n"}, "seats"),
    "shellcheck": Bad(
        {"deploy/setup.sh": "#!/bin/sh\nrm $1\n", ".ci/run": "#!/bin/sh\n"}, "SC2086"
    ),
    "imports": Bad(
        {
            **{f"{package}/__init__.py": "" for package in PACKAGES},
            "cinema/keys.py": "import gateway.line\n",
            "gateway/line.py": "import email_service\n",
        },
        "cinema.keys -> gateway.line",
    ),
}


def folder_with(files: Mapping[str, str], folder: Path) -> Path:
    for name in CONFIGURATION:
        shutil.copy(ROOT / name, folder)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", BAD)
def test_a_guard_fails_on_what_it_forbids(name: str, tmp_path: Path) -> None:
    if name in ("tsc", "biome") and not CACHE.exists():
        pytest.skip("`make check` installs TypeScript and Biome")
    if name == "luacheck" and not shutil.which(name):
        pytest.skip("`make check` installs luacheck where it may")
    verdict = run(guards()[name], folder_with(BAD[name].files, tmp_path))
    assert not verdict.passed
    assert BAD[name].complaint in verdict.output


def test_a_link_and_an_anchor_must_lead_somewhere(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Two words\n", encoding="utf-8")
    document = tmp_path / "bad.md"
    good = "[a](other.md) [b](other.md#two-words) [c](https://example.org/x) `[d](e)`"
    document.write_text(f"{good} [f](gone.md) [g](other.md#three) [h](#i)", encoding="utf-8")
    assert list(links.broken(document)) == ["gone.md", "other.md#three", "#i"]


def test_a_document_quotes_lines_and_names_tests_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "hold.lua").write_text("local now = 1\nreturn now\n", encoding="utf-8")
    (tmp_path / "test_hold.py").write_text("async def test_hold():\n", encoding="utf-8")
    document = tmp_path / "doc.md"
    document.write_text(
        "[`now = 1`](hold.lua#L1) [`return`](hold.lua#L1) [`then`](hold.lua#L3)"
        "[`test_hold`](test_hold.py) [`test_sale`](test_hold.py)",
        encoding="utf-8",
    )
    assert list(links.broken(document)) == [
        "hold.lua#L1 is not `return`, which is in lines [2]",
        "hold.lua#L3 is not `then`, which is in lines []",
        "test_hold.py has no test_sale",
    ]


def test_a_line_has_a_hundred_columns_at_most(tmp_path: Path) -> None:
    file = tmp_path / "wide.md"
    words = "word " * 21
    file.write_text(f"{'x' * 100}\n{words}\n| {words} |\n```\n{words}\n", encoding="utf-8")
    assert list(columns.wide_lines(file)) == [2]


def test_every_guard_is_shown_to_fail() -> None:
    assert set(guards()) == {*BAD, "links", "columns"}
