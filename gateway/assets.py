"""The files of the page, in memory: without comments, compressed once, under an address that changes with them.

A page refers to `/static/v-<revision>/main.js`, and modules import each other by relative addresses: all files that a
page has loaded are of one revision, and a browser keeps them for good. Without the revision, or with an
older one, the newest file is served, and is asked for again every time.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from gateway.compression import compress_hard
from gateway.negotiation import ENCODINGS

LOOK_SECONDS = 1.0  # how often the folder is looked at for files that have changed

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",  # modules are UTF-8, whatever else is said
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
# Whole lines of a module: `// …`, or `/* … */` over any number of lines. No template literal of ours spans lines.
_COMMENTS = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/[ \t]*$|//[^\n]*$)", re.DOTALL | re.MULTILINE)
_REVISION_PREFIX = re.compile(r"v-[0-9a-f]{12}/")

Stamp = tuple[int, int]


class Asset:
    """One version of a file. Compressing takes some ten milliseconds, once, where it is asked for first."""

    def __init__(self, path: Path) -> None:
        self.content = _without_comments(path) if path.suffix == ".js" else path.read_bytes()
        self.digest = hashlib.sha256(self.content).hexdigest()
        self.media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        self.is_text = path.suffix in _MEDIA_TYPES
        self._encoded: dict[str, bytes] = {}

    def etag(self, encoding: str) -> str:
        return f'"{self.digest[:16]}{encoding}"'

    def encoded(self, encoding: str) -> bytes:
        if encoding not in self._encoded:
            self._encoded[encoding] = compress_hard(self.content, encoding)
        return self._encoded[encoding]


class Assets:
    """Takes up files that change while it runs, within a second or so."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._looked_at = float("-inf")
        self._stamps: dict[str, Stamp] = {}
        self._files: dict[str, Asset] = {}
        self._revision = ""

    @property
    def revision(self) -> str:
        """A name for the files as they are now, all together: the prefix of their addresses."""
        self._look()
        return self._revision

    def find(self, path: str) -> Asset | None:
        """The file at this path below the folder, with or without a revision before it."""
        self._look()
        return self._files.get(_REVISION_PREFIX.sub("", path, count=1))

    def text(self, path: str) -> str:
        """Raises FileNotFoundError."""
        asset = self.find(path)
        if asset is None:
            raise FileNotFoundError(self._folder / path)
        return asset.content.decode()

    def is_current(self, path: str) -> bool:
        """Whether the path names the current revision: what it leads to will never be anything else."""
        return path.startswith(f"{self.revision}/")

    def compress(self) -> None:
        """Does so for all files, in a third of a second. May run in a thread of its own."""
        self._look()
        for asset in list(self._files.values()):
            for encoding in ENCODINGS if asset.is_text else ():
                asset.encoded(encoding)

    def _look(self) -> None:
        now = self._clock()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        with suppress(
            FileNotFoundError
        ):  # one went away meanwhile: what was known stands until the next look
            stamps = dict(self._stamped())
            if stamps != self._stamps:
                self._take(stamps)

    def _take(self, stamps: dict[str, Stamp]) -> None:
        """Reads what is new; what has not changed stays as it is, compressed."""
        self._files = {
            name: self._files[name]
            if self._stamps.get(name) == stamp
            else Asset(self._folder / name)
            for name, stamp in stamps.items()
        }
        self._stamps = stamps
        names = "".join(f"{name}={asset.digest}\n" for name, asset in sorted(self._files.items()))
        self._revision = f"v-{hashlib.sha256(names.encode()).hexdigest()[:12]}"

    def _stamped(self) -> Iterator[tuple[str, Stamp]]:
        for path in self._folder.rglob("*"):
            if path.is_file():
                status = path.stat()
                yield (
                    path.relative_to(self._folder).as_posix(),
                    (status.st_mtime_ns, status.st_size),
                )


def _without_comments(path: Path) -> bytes:
    """A third less to send; every line keeps its number, so that a fault in a browser leads to the source."""
    source = path.read_text(encoding="utf-8")
    return _COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), source).encode()
