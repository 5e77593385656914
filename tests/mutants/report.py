"""docs/mutants.md: how many mutants each script has, and which tests notice them."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutants.lua import Mutant

if TYPE_CHECKING:
    from tests.mutants.by_hand import Patch

SURVIVED = "survived"
MACHINE = "tests/state_machine/test_machine.py::test_redis_does_what_the_model_does"
_EXPLANATIONS = Path(__file__).with_name("equivalent.toml")
_HEAD = """# Mutants

Does a test notice when a guarantee is taken away? `make mutants` changes the code in one place at a
time, and looks for a test that fails. This page is what it wrote.

```sh
make mutants                                        # all; continues where it was interrupted
.venv/bin/python -m tests.mutants lua/confirm.lua   # one script's, or several
.venv/bin/python -m tests.mutants by-hand           # those made by hand
.venv/bin/python -m tests.mutants --again           # the survivors once more
```

Of each script it drops every check and every operand of one, swaps every comparison (`<` and `<=`,
`==` and `~=`), and skips every write. Each mutant meets the
[state machine](../tests/README.md#the-state-machine) first, for {sequences} sequences, where the
script changes seats; then the script's tests, in one pytest process. Tests that start services run
in a copy of the project. A test notices a mutant if it fails twice with it, and passes without.

## Scripts

| Script | Mutants | State machine | Other tests | Equivalent | Survive | Not tried |
|---|--:|--:|--:|--:|--:|--:|
"""
_TESTS = """
## Tests that notice

Each mutant counts for the first test that fails.

| Test | Mutants |
|---|---|
"""
_EQUIVALENT = """
## Equivalent

Nobody can see what these change.

| Mutant | Why |
|---|---|
"""
_SURVIVING = """
## Survivors

| Mutant |
|---|
"""
_BY_HAND = """
## By hand

Faults outside the scripts, or beyond one line of them. Their text is in
[`by_hand.toml`](../tests/mutants/by_hand.toml), which the tool refuses where the code that it
changes is no longer there.

| Fault | Takes away | Noticed by |
|---|---|---|
"""


@cache
def reasons() -> dict[str, dict[str, str]]:
    """Why mutants that survive are no fault, by script."""
    found = tomllib.loads(_EXPLANATIONS.read_text(encoding="utf-8"))
    return {script: {one["change"]: one["why"] for one in ones} for script, ones in found.items()}


def explained(mutant: Mutant) -> str:
    """Why the mutant is no fault; empty where nobody has said."""
    return reasons().get(mutant.script, {}).get(mutant.change, "")


def page(sequences: int, found: Mapping[Mutant, str], made: Mapping["Patch", str]) -> str:
    """`found` and `made`: each mutant with the test that noticed it, SURVIVED, or empty: not
    tried."""
    survivors = [mutant for mutant, noticed in found.items() if noticed == SURVIVED]
    equivalent = [mutant for mutant in survivors if explained(mutant)]
    surviving = [mutant for mutant in survivors if not explained(mutant)]
    parts = [_HEAD.format(sequences=sequences), *_rows(found), _TESTS, *_tests(found)]
    parts += [_EQUIVALENT, *(f"| {_named(one)} | {explained(one)} |\n" for one in equivalent)]
    if surviving:
        parts += [_SURVIVING, *(f"| {_named(one)} |\n" for one in surviving)]
    parts += [_BY_HAND, *(_by_hand(patch, noticed) for patch, noticed in made.items())]
    return "".join(parts)


def _rows(found: Mapping[Mutant, str]) -> Iterable[str]:
    total = Counter[str]()
    for script, ones in groupby(found.items(), key=lambda pair: pair[0].script):
        counts = Counter(_kind(mutant, noticed) for mutant, noticed in ones)
        total += counts
        yield _row(f"[{script}](../lua/{script}.lua)", counts)
    yield _row("**all**", total)


def _kind(mutant: Mutant, noticed: str) -> str:
    if noticed == SURVIVED:
        return "equivalent" if explained(mutant) else "survive"
    return "machine" if noticed == MACHINE else "tests" if noticed else "untried"


def _row(name: str, counts: Counter[str]) -> str:
    kinds = (counts[kind] for kind in ("machine", "tests", "equivalent", "survive", "untried"))
    return f"| {name} | {counts.total()} | {' | '.join(map(str, kinds))} |\n"


def _tests(found: Mapping[Mutant, str]) -> Iterable[str]:
    scripts: dict[str, Counter[str]] = {}
    for mutant, noticed in found.items():
        if noticed not in ("", SURVIVED):
            scripts.setdefault(_link(noticed), Counter())[mutant.script] += 1
    for test, counts in sorted(scripts.items(), key=lambda pair: -pair[1].total()):
        mutants = ", ".join(f"{script} {number}" for script, number in counts.items())
        yield f"| {test} | {mutants} |\n"


def _by_hand(patch: "Patch", noticed: str) -> str:
    by = "**survives**" if noticed == SURVIVED else _link(noticed) if noticed else "not tried"
    heading = patch.breaks.lower().replace(" ", "-").replace(",", "")
    return f"| {patch.name} | [{patch.breaks}](guarantees.md#{heading}) | {by} |\n"


def _link(test: str) -> str:
    """A test's name, linked to its file; the parameters are left out."""
    file, name = re.sub(r"\[.*", "", test).split("::", 1)
    return f"[`{name}`](../{file})"


def _named(mutant: Mutant) -> str:
    place = f"[{mutant.script}:{mutant.at}](../lua/{mutant.script}.lua#L{mutant.at})"
    return f"{place} {mutant.change.replace('|', '&#124;')}"
