"""Folders of secrets, mails and orders, for their owner alone."""

from contextlib import suppress
from pathlib import Path

_CLONE = Path(__file__).resolve().parent.parent


def make_private(folder: Path) -> Path:
    """Makes the folder, and missing ones above it, with mode 0700; returns it.

    Existing folders keep their mode, except `var` of this clone or of the working folder, which
    gets 0700.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    ours = {_CLONE / "var", Path.cwd() / "var"} - {Path("/var")}
    for var in ours & {one.absolute() for one in (folder, *folder.parents)}:
        with suppress(OSError):  # another user's, or a read-only file system
            var.chmod(0o700)
    return folder
