"""`make mutants`: is every change of a script noticed by a test?

    python -m tests.mutants                 every script, for a night
    python -m tests.mutants hold confirm    these
    python -m tests.mutants --write         also writes docs/mutants.md

var/mutants.json keeps each result by the mutant's text, so that an interrupted run continues where
it was. The exit status is 1 if a mutant survives that tests/mutants/equivalent.toml does not
explain.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from cinema.lua_scripts import FOLDER
from deploy import ROOT
from tests.mutants import trial
from tests.mutants.lua import Mutant, mutants
from tests.mutants.report import SURVIVED, explained, page

KEPT = ROOT / "var" / "mutants.json"
PAGE = ROOT / "docs" / "mutants.md"
AT_ONCE = 2
SHARE = 1  # mutants between two savings
FIRST = ("hold", "confirm", "release", "extend", "expire", "cancel")


def main() -> None:
    args = _arguments()
    others = sorted({file.stem for file in FOLDER.glob("*.lua")} - set(FIRST))
    names = args.scripts or [*FIRST, *others]
    wanted = [one for name in names for one in mutants(FOLDER / f"{name}.lua")]
    results = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    left = [one for one in wanted if _key(one) not in results]
    for done, (mutant, noticed) in enumerate(_tried(left), 1):
        results[_key(mutant)] = noticed
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(results))
        print(
            f"{done}/{len(left)} {mutant.script}:{mutant.at} {mutant.change}: {noticed}",
            flush=True,
        )
    found = [(one, results[_key(one)]) for one in wanted]
    if args.write:
        PAGE.write_text(page(found), encoding="utf-8")
    surviving = [one for one, noticed in found if noticed == SURVIVED and not explained(one)]
    for one in surviving:
        print(f"survives: {one.script}.lua:{one.at} {one.change}")
    sys.exit(1 if surviving else 0)


def _tried(left: list[Mutant]) -> Iterable[tuple[Mutant, str]]:
    shares = [left[begin : begin + SHARE] for begin in range(0, len(left), SHARE)]
    # A forked process would offer the same free ports as its sibling.
    with ProcessPoolExecutor(AT_ONCE, get_context("spawn")) as pool:
        for share in as_completed([pool.submit(trial.noticed, share) for share in shares]):
            yield from share.result()


def _key(mutant: Mutant) -> str:
    return hashlib.sha256(mutant.text.encode()).hexdigest()[:24]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scripts", nargs="*", metavar="script")
    parser.add_argument("--write", action="store_true", help="write docs/mutants.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
