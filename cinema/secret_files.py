"""Secrets that no variable gives: made once, kept in a file that its owner alone can read."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr


def given_or_kept(given: SecretStr | None, folder: Path, name: str) -> bytes:
    """The secret of a variable, else the one in `folder/name`, which is made if it is missing.

    Several processes may start at once: the first to link its file wins, and all read the winner's.
    """
    if given is not None:
        return given.get_secret_value().encode()
    path = folder / name
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(mine, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(32).encode())
        # A link, not a rename: it fails where another process was first, and readers never see half a secret.
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        mine.unlink()
