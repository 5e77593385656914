"""Installs Debian's packages where that is easy: programs that the tests need and pip lacks."""

import os
import shutil
from collections.abc import Iterable

from deploy import commands

_SECONDS = 600


def can_install() -> bool:
    """As root, where there is apt-get."""
    return not os.geteuid() and bool(shutil.which("apt-get"))


def install(packages: Iterable[str]) -> None:
    """Raises CommandFailed."""
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    quiet = ["apt-get", "-qq", "-y"]
    commands.run([*quiet, "update"], timeout=_SECONDS)
    commands.run([*quiet, "install", "--no-install-recommends", *packages], timeout=_SECONDS)
