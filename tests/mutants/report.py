"""docs/mutants.md: every mutant, and the test that notices it."""

import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from tests.mutants.lua import Mutant

SURVIVED = "survived"
_EXPLANATIONS = Path(__file__).with_name("equivalent.toml")
_HEAD = """# Mutants

`make mutants` changes one check, comparison or write of a Lua script at a time, and looks for a
test that notices. This page is what it wrote. {total} mutants: {noticed} noticed, {equivalent}
change nothing that anybody can see (with the reason), {open} survive.
"""


@cache
def _reasons() -> dict[str, dict[str, str]]:
    return tomllib.loads(_EXPLANATIONS.read_text(encoding="utf-8"))


def explained(mutant: Mutant) -> str:
    """Why the mutant is no fault; empty where nobody has said."""
    return _reasons().get(mutant.script, {}).get(mutant.change, "")


def page(found: Sequence[tuple[Mutant, str]]) -> str:
    survivors = [mutant for mutant, noticed in found if noticed == SURVIVED]
    equivalent = sum(bool(explained(mutant)) for mutant in survivors)
    head = _HEAD.format(
        total=len(found),
        noticed=len(found) - len(survivors),
        equivalent=equivalent,
        open=len(survivors) - equivalent,
    )
    parts = [head]
    for script, ones in groupby(found, key=lambda pair: pair[0].script):
        parts.append(f"\n## {script}\n\n| line | change | noticed by |\n|---|---|---|\n")
        parts += [_row(mutant, noticed) for mutant, noticed in ones]
    return "".join(parts)


def _row(mutant: Mutant, noticed: str) -> str:
    by = f"`{noticed}`"
    if noticed == SURVIVED:
        reason = explained(mutant)
        by = f"nothing changes: {reason}" if reason else "**survives**"
    change = mutant.change.replace("|", "\\|")
    return f"| [{mutant.at}](../lua/{mutant.script}.lua#L{mutant.at}) | {change} | {by} |\n"
