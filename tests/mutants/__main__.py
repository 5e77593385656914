"""`make mutants`: is every change of a script noticed by a test?

    python -m tests.mutants                    every script, then the mutants made by hand
    python -m tests.mutants lua/confirm.lua    one script's, or several
    python -m tests.mutants by-hand            those of by_hand.toml
    python -m tests.mutants --again            tries those that survived before once more
    python -m tests.mutants --from-the-start   forgets earlier results
    python -m tests.mutants --write            also writes docs/mutants.md, from all results so far

var/mutants.json keeps each result by the mutant's text, so that an interrupted run continues where
it was; nothing is changed but in copies. The exit status is 1 if a mutant survives that
tests/mutants/equivalent.toml does not explain, or if one could not be tried.
"""

import argparse
import hashlib
import json
import re
import signal
import sys
from pathlib import Path

from cinema.lua_scripts import FOLDER
from deploy import ROOT
from tests.mutants import by_hand
from tests.mutants.by_hand import Patch
from tests.mutants.lua import Mutant, mutants
from tests.mutants.report import SURVIVED, explained, page
from tests.mutants.trial import SEQUENCES
from tests.mutants.workers import Change, tried

KEPT = ROOT / "var" / "mutants.json"
PAGE = ROOT / "docs" / "mutants.md"
BY_HAND = "by-hand"
FIRST = ("hold", "confirm", "release", "extend", "expire", "cancel")


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    args = _arguments()
    every = {script: mutants(FOLDER / f"{script}.lua") for script in _scripts()}
    names = [Path(name).stem for name in args.names] or [*every, BY_HAND]
    if unknown := set(names) - {*every, BY_HAND}:
        sys.exit(f"no such script: {', '.join(sorted(unknown))}")
    chosen: list[Change] = [one for name in names for one in every.get(name, ())]
    chosen += by_hand.patches() if BY_HAND in names else []
    results = {} if args.from_the_start else _kept()
    try:
        unsettled = _try(chosen, results, again=args.again)
    except KeyboardInterrupt:
        sys.exit("stopped; the next run continues here")
    if args.write:
        known = {one: results.get(_key(one), "") for ones in every.values() for one in ones}
        made = {one: results.get(_key(one), "") for one in by_hand.patches()}
        PAGE.write_text(page(SEQUENCES, known, made), encoding="utf-8")
    surviving = [
        one for one in chosen if results.get(_key(one)) == SURVIVED and not _is_explained(one)
    ]
    for one in surviving:
        print(f"survives: {_named(one)}")
    sys.exit(1 if surviving or unsettled else 0)


def _scripts() -> list[str]:
    return [*FIRST, *sorted({file.stem for file in FOLDER.glob("*.lua")} - set(FIRST))]


def _kept() -> dict[str, str]:
    """Earlier results. One whose test was renamed or moved is forgotten."""
    kept: dict[str, str] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    gone = {test for test in {*kept.values()} - {SURVIVED} if not _exists(test)}
    return {key: noticed for key, noticed in kept.items() if noticed not in gone}


def _exists(test: str) -> bool:
    file, name = re.sub(r"\[.*", "", test).split("::", 1)
    return (ROOT / file).exists() and f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def _try(chosen: list[Change], results: dict[str, str], *, again: bool) -> int:
    """How many could not be tried. Each result is kept at once."""
    left = [one for one in chosen if not _is_known(one, results, again=again)]
    unsettled = 0
    for done, (one, noticed, is_settled) in enumerate(tried(left) if left else (), 1):
        print(f"{done}/{len(left)} {_named(one)}: {noticed}", flush=True)
        unsettled += not is_settled
        if is_settled:
            results[_key(one)] = noticed
            KEPT.parent.mkdir(exist_ok=True)
            KEPT.write_text(json.dumps(results))
    return unsettled


def _is_known(one: Change, results: dict[str, str], *, again: bool) -> bool:
    noticed = results.get(_key(one))
    return noticed is not None and not (again and noticed == SURVIVED and not _is_explained(one))


def _is_explained(one: Change) -> bool:
    return isinstance(one, Mutant) and bool(explained(one))


def _named(one: Change) -> str:
    if isinstance(one, Patch):
        return f"by hand: {one.name}"
    return f"lua/{one.script}.lua:{one.at} {one.change}"


def _key(one: Change) -> str:
    text = repr(one) if isinstance(one, Patch) else one.text
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="script", help="lua/hold.lua …, or by-hand")
    parser.add_argument("--again", action="store_true", help="try survivors once more")
    parser.add_argument("--from-the-start", action="store_true", help="forget earlier results")
    parser.add_argument("--write", action="store_true", help="write docs/mutants.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
