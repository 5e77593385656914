"""`python -m checks [GUARD ...]` runs the guards side by side and prints what the failing ones
say."""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from checks.guards import Command, Verdict, guards, install, run
from cinema import logs
from deploy import commands, packages


def main() -> None:
    logs.configure("check")
    try:
        install()
    except (commands.CommandFailed, packages.PackageMissing) as reason:
        sys.exit(f"a guard cannot be installed: {reason}")
    known = guards()
    parser = argparse.ArgumentParser(prog="python -m checks", description=__doc__)
    parser.add_argument("guard", nargs="*", choices=[[], *known], help="all without any")
    chosen = parser.parse_args().guard or list(known)
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        passed = list(workers.map(_report, chosen, [known[name] for name in chosen]))
    sys.exit(not all(passed))


def _report(name: str, command: Command) -> bool:
    began = time.monotonic()
    verdict: Verdict = run(command)
    seconds = time.monotonic() - began
    word = "ok" if verdict.passed else "FAILED"
    details = "" if verdict.passed else f"\n{verdict.output.rstrip()}\n"
    print(f"{name:<12} {word:<6} {seconds:5.1f} s{details}", flush=True)  # noqa: T201
    return verdict.passed


if __name__ == "__main__":
    main()
