"""The Chromium that the end-to-end tests drive. `python -m tests.browser` installs it where that is easy.

The headless shell is the same browser without its window: pages take half the CPU in it. Any other Chromium does, too.
"""

import os
import shutil
import sys
from pathlib import Path

from deploy import commands, console

SHELL = "chromium-headless-shell"
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
INSTALL_SECONDS = 600


def find() -> str | None:
    """The path of a Chromium: what CHROMIUM names, else one that is installed, else None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    installed = (shutil.which(SHELL), *map(shutil.which, WHOLE))
    return next(filter(None, installed), str(MACOS) if MACOS.exists() else None)


def _can_install() -> bool:
    return not os.geteuid() and bool(shutil.which("apt-get"))


def _install() -> None:
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    quiet = ["apt-get", "-qq", "-y"]
    commands.run([*quiet, "update"], timeout=INSTALL_SECONDS)
    install = [*quiet, "install", "--no-install-recommends", SHELL, "fonts-liberation"]
    commands.run(install, timeout=INSTALL_SECONDS)


def main() -> None:
    log = console.configure("setup")
    if os.environ.get("CHROMIUM") or shutil.which(SHELL):
        return
    found = find()
    if not _can_install():
        if not found:
            log.warning("no Chromium: install chromium, or name one with CHROMIUM=/path")
        return
    log.info("installing Debian's %s ...", SHELL)
    try:
        _install()
    except commands.CommandFailed as reason:
        if not found:
            sys.exit(f"Debian's {SHELL} cannot be installed: {reason}")
        log.warning("%s cannot be installed, the tests drive %s: %s", SHELL, found, reason)


if __name__ == "__main__":
    main()
