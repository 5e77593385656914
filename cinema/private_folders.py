"""Folders of data: for their owner alone, since secrets, mails and orders lie in them."""

from contextlib import suppress
from pathlib import Path

_CLONE = Path(__file__).resolve().parent.parent


def make_private(folder: Path) -> Path:
    """Makes the folder, and what is missing above it, with mode 0700; returns it.

    What is there already stays as it is, except `var` of this clone or of the working folder: that is closed to others.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    ours = {_CLONE / "var", Path.cwd() / "var"} - {Path("/var")}
    for var in ours & {one.absolute() for one in (folder, *folder.parents)}:
        with suppress(OSError):  # another user's, or a read-only file system
            var.chmod(0o700)
    return folder
