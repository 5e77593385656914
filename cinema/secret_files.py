"""Secrets that no variable gives: made once, kept in a file that its owner alone can read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

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
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as mine:
        mine.write(secrets.token_urlsafe(32).encode())
        mine.flush()
        # A link, not a rename: it fails where another process was first, and readers never see half a secret.
        with suppress(FileExistsError):
            os.link(mine.name, path)
