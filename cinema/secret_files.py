"""Secrets without a variable: made once, and kept in a file for its owner alone."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import SecretStr

from cinema.private_folders import make_private
from cinema.service import CannotStart

SHORTEST = 16  # bytes, as for the variables
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def given_or_kept(given: SecretStr | None, folder: Path, name: str) -> bytes:
    """The secret of the variable, else the one in `folder/name`, which is made if it is missing.

    Of processes that start together, the first to link its file wins, and all read that file.
    Raises CannotStart if it cannot be made, is too short, or is readable by others.
    """
    if given is not None:
        return given.get_secret_value().encode()
    path = folder / name
    try:
        make_private(folder)
        if not path.exists():
            _make(path)
    except OSError as error:
        raise CannotStart(f"the secret file {path} cannot be made: {error.strerror}") from None
    return _secret_in(path)


def kept(folder: Path, name: str) -> bytes | None:
    """The secret in `folder/name`, else None. Raises CannotStart as `given_or_kept` does."""
    path = folder / name
    return _secret_in(path) if path.exists() else None


def _secret_in(path: Path) -> bytes:
    """Without surrounding white space: editors end a file with a line feed."""
    try:
        mode, secret = path.stat().st_mode, path.read_bytes().strip()
    except OSError as error:
        raise CannotStart(f"the secret file {path} cannot be read: {error.strerror}") from None
    if mode & _OPEN_TO_OTHERS:
        raise CannotStart(
            f"the secret file {path} is readable by others (mode {mode & 0o777:04o}):"
            " chmod 600 it, and replace it if anybody may have read it"
        )
    if len(secret) < SHORTEST:
        raise CannotStart(
            f"the secret file {path} has {len(secret)} bytes, at least {SHORTEST} are needed:"
            " remove it, and a new one is made"
        )
    return secret


def _make(path: Path) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as mine:
        mine.write(secrets.token_urlsafe(32).encode())
        mine.flush()
        os.fsync(mine.fileno())  # after a power cut the file must not be empty
        # A link, not a rename: it fails if another process was first. Readers see a whole secret.
        with suppress(FileExistsError):
            os.link(mine.name, path)
