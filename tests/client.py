"""Many buyers at once against one session, over gRPC, and a verdict: is every seat one buyer's
only?

Run it from the project's root while booking runs (`make run`):

    python tests/client.py
    python tests/client.py --mode random-groups --buyers 50 --confirm 0.5
    python tests/client.py --confirm 0.5 --record history.jsonl
    python tests/client.py --help
"""

import argparse
import asyncio
import importlib.util
import math
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("grpc", "pydantic_settings", "cinema_pb2", "cinema_pb2_grpc")
MODES = ("same-seat", "random-groups", "fill")
WRONG_USAGE = 2
BROKEN_OFF = 130

EPILOG = """\
modes:
  same-seat      all buyers want one and the same seat; another one in every round
  random-groups  every buyer wants a random group of free seats
  fill           like random-groups, but nothing is given back, until the session is full

exit status: 0 a good verdict, 1 a bad one, 2 wrong usage or no server.

Seats that were only held are given back at the end. Seats that were paid for (--confirm) stay sold.
Mutual TLS is set by BOOKING_TLS_CA, BOOKING_TLS_CERT and BOOKING_TLS_KEY, as for the services.
"""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/client.py",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

    def add(name: str, text: str, **kind: Any) -> None:
        shown = "" if kind.get("default") is None else " (default: %(default)s)"
        parser.add_argument(name, help=text + shown, **kind)

    booking = os.environ.get("BOOKING_ADDRESS", "127.0.0.1:50051")
    add("--address", "where booking listens", type=address, default=booking)
    add("--session", "the session's id", default="S001", metavar="ID")
    add("--mode", "what the buyers want, see below", choices=MODES, default=MODES[0])
    add("--buyers", "how many call at once", type=positive, default=200, metavar="N")
    add("--rounds", "how often, except in fill", type=positive, default=10, metavar="N")
    add("--seats-per-buyer", "how many seats, except in same-seat", type=sizes, default="1-6")
    add("--confirm", "the part of the winners that pays", type=part, default=0.0, metavar="0..1")
    add("--deadline", "for each call, in seconds", type=seconds, default=5.0, metavar="S")
    add("--seed", "repeats the choice of seats", type=int, metavar="N")
    add("--record", "writes the history of the run, for `make check-history`", type=Path)
    parser.add_argument("--keep", help="give nothing back", action="store_true")
    return parser.parse_args(arguments)


def address(text: str) -> str:
    if not re.fullmatch(r".+:\d{1,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port")
    return text


def positive(text: str) -> int:
    return int(in_range(text, 1, 10_000, whole=True))


def part(text: str) -> float:
    return in_range(text, 0, 1)


def seconds(text: str) -> float:
    return in_range(text, 0.01, 600)


def in_range(text: str, least: float, most: float, *, whole: bool = False) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least:g} to {most:g}")
    return number


def sizes(text: str) -> range:
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", text)
    chosen = range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)
    if not chosen or chosen[0] < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seats as 3 or 1-6")
    return chosen


def use_the_projects_packages() -> None:
    """Re-executes with the project's own Python where this one lacks the packages."""
    sys.path[0] = str(ROOT)
    if not all(importlib.util.find_spec(name) for name in NEEDED):
        own = ROOT / ".venv"
        python = str(own / "bin" / "python")
        if Path(sys.prefix).resolve() != own.resolve() and Path(python).exists():
            os.execv(python, [python, *sys.argv])
        refuse("packages or generated stubs are missing: run `make setup` first")
    if not importlib.util.find_spec("rich"):
        fetch_rich()


def fetch_rich() -> None:
    """`make setup` alone does not bring it: no service needs it."""
    from cinema import logs
    from deploy import packages

    logs.configure("client")
    try:
        packages.ensure(["rich"])
    except packages.PackageMissing as missing:
        refuse(str(missing))
    importlib.invalidate_caches()


def refuse(reason: str, status: int = WRONG_USAGE) -> NoReturn:
    sys.stderr.write(f"{reason}\n")
    sys.exit(status)


def main() -> None:
    args = parse()
    use_the_projects_packages()
    from tests.crowd.play import CannotPlay, play

    try:
        sys.exit(asyncio.run(play(args)))
    except CannotPlay as reason:
        refuse(str(reason))
    except KeyboardInterrupt:
        refuse("broken off", BROKEN_OFF)


if __name__ == "__main__":
    main()
