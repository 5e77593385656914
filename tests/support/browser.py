"""The browsers that the end-to-end tests drive. `python -m tests.support.browser` installs them
where that is easy.

Chromium's headless shell is the same browser without its window, in half the CPU; any other
Chromium does, too. Any Firefox does: Playwright speaks WebDriver BiDi with it, for which it needs
no build of its own.
"""

import logging
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from cinema import logs
from deploy import commands
from tests.support import debian

SHELL = "chromium-headless-shell"
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FIREFOX = "firefox-esr"
FIREFOXES = (FIREFOX, "firefox")
MACOS_FIREFOX = Path("/Applications/Firefox.app/Contents/MacOS/firefox")

log = logging.getLogger("setup")


class Kind(NamedTuple):
    """A browser that is wanted: Debian's package of it, what is there already, and what else the
    tests could drive."""

    package: str
    there: str | None
    instead: str | None
    variable: str


def find() -> str | None:
    """The path of a Chromium: what CHROMIUM names, else one that is installed, else None."""
    return os.environ.get("CHROMIUM") or _installed((SHELL, *WHOLE), MACOS)


def find_firefox() -> str | None:
    """The path of a Firefox: what FIREFOX names, else one that is installed, else None."""
    return os.environ.get("FIREFOX") or _installed(FIREFOXES, MACOS_FIREFOX)


def _installed(names: tuple[str, ...], elsewhere: Path) -> str | None:
    found = map(shutil.which, names)
    return next(filter(None, found), str(elsewhere) if elsewhere.exists() else None)


def _kinds() -> list[Kind]:
    shell = os.environ.get("CHROMIUM") or shutil.which(SHELL)
    return [
        Kind(SHELL, shell, find(), "CHROMIUM"),
        Kind(FIREFOX, find_firefox(), None, "FIREFOX"),
    ]


def main() -> None:
    logs.configure("setup")
    missing = [kind for kind in _kinds() if not kind.there]
    if not missing:
        return
    names = [kind.package for kind in missing]
    if not debian.can_install():
        for kind in missing:
            if not kind.instead:
                log.warning("no %s: install it, or name one: %s=/path", kind.package, kind.variable)
        return
    log.info("installing Debian's %s ...", ", ".join(names))
    try:
        debian.install([*names, "fonts-liberation"])
    except commands.CommandFailed as reason:
        if not all(kind.instead for kind in missing):
            sys.exit(f"Debian's {', '.join(names)} cannot be installed: {reason}")
        log.warning("%s cannot be installed, other ones are driven: %s", ", ".join(names), reason)


if __name__ == "__main__":
    main()
