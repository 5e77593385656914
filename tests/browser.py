"""The Chromium that the end-to-end tests drive. `python -m tests.browser` installs it where that is easy."""

import os
import shutil
import sys
from pathlib import Path

from deploy import commands, console

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
INSTALL_SECONDS = 600


def find() -> str | None:
    """The path of a Chromium: what CHROMIUM names, else one that is installed, else None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MACOS if Path(MACOS).exists() else None)


def _install() -> None:
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    quiet = ["apt-get", "-qq", "-y"]
    commands.run([*quiet, "update"], timeout=INSTALL_SECONDS)
    install = [*quiet, "install", "--no-install-recommends", "chromium", "fonts-liberation"]
    commands.run(install, timeout=INSTALL_SECONDS)


def main() -> None:
    log = console.configure("setup")
    if find():
        return
    if os.geteuid() or not shutil.which("apt-get"):
        log.warning("no Chromium: install the package chromium, or name one with CHROMIUM=/path")
        return
    log.info("installing Debian's chromium ...")
    try:
        _install()
    except commands.CommandFailed as reason:
        sys.exit(f"Debian's chromium cannot be installed: {reason}")


if __name__ == "__main__":
    main()
