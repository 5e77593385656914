"""The page's files, in memory: minified and compressed once, under an address that changes with
them.

A page refers to `/static/v-<revision>/main.js`, and modules import each other by relative
addresses, so all files of a loaded page are of one revision, and a browser may cache them forever.
Without a revision, or with an older one, the newest file is served, and the browser must revalidate
it. A bundle that was made of the present modules replaces them.
"""

import asyncio
import copy
import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import NamedTuple

import rcssmin
import rjsmin

from cinema.retry import brief
from gateway import assembly, bundle
from gateway.negotiation import ENCODINGS, compress_hard
from gateway.plain_css import plain_first

log = logging.getLogger(__name__)

_ONE_BY_ONE = "one by one: no bundle is made of them as they are (python -m deploy.page_bundle)"
LOOK_SECONDS = 1.0  # how often the folder is checked for changed files

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",  # modules are always UTF-8
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_without_indentation = partial(re.sub, r"\n\s+", "\n")
# Without comments and white space; names are kept.
_MINIFY: dict[str, Callable[[str], str]] = {
    ".css": lambda css: rcssmin.cssmin(plain_first(css)),
    ".html": _without_indentation,
    ".js": rjsmin.jsmin,
    ".svg": _without_indentation,
}
_WHOLE: dict[str, Callable[[str, assembly.TextOf], str]] = {
    ".css": assembly.whole_sheet,
    ".html": assembly.whole_page,
}
_REVISION_PREFIX = re.compile(r"v-[0-9a-f]{12}/")

Stamp = tuple[int, int]


class Asset:
    """One version of a file.

    The first request for an encoding compresses it, in some ten milliseconds.
    """

    def __init__(self, path: Path, is_minified: bool = False) -> None:
        minify = None if is_minified else _MINIFY.get(path.suffix)
        source = path.read_bytes()
        self.source_digest = bundle.digest(source)
        self._keep(minify(source.decode()).encode() if minify else source)
        self.media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        self.is_text = path.suffix in _MEDIA_TYPES

    def _keep(self, content: bytes) -> None:
        self.content = content
        self.digest = hashlib.sha256(content).hexdigest()
        self._encoded: dict[str, bytes] = {}

    def made_whole(self, content: bytes) -> "Asset":
        """The same file with the others that it names."""
        whole = copy.copy(self)
        whole._keep(content)
        return whole

    def etag(self, encoding: str) -> str:
        return f'"{self.digest[:16]}{encoding}"'

    def encoded(self, encoding: str) -> bytes:
        if encoding not in self._encoded:
            self._encoded[encoding] = compress_hard(self.content, encoding)
        return self._encoded[encoding]


class _Version(NamedTuple):
    """All files at one moment."""

    stamps: dict[Path, Stamp]
    read: dict[Path, Asset]
    files: dict[str, Asset]  # by the name under which each is served
    revision: str


class Assets:
    """The files of one folder and its bundle.

    Only `refresh` reads the disk; call it in a thread.
    """

    def __init__(self, folder: Path, bundled: Path | None = None) -> None:
        self._folder = folder
        self._bundled = bundled
        self._now = _Version({}, {}, {}, "")
        self._problem = ""  # why the last refresh failed
        self._is_bundled: bool | None = None
        self._is_over = False
        self.refresh()

    @property
    def revision(self) -> str:
        """A hash of all files: the prefix of their addresses."""
        return self._now.revision

    def find(self, path: str) -> Asset | None:
        """The file at this path below the folder, with or without a revision before it."""
        return self._now.files.get(_REVISION_PREFIX.sub("", path, count=1))

    def text(self, path: str) -> str:
        """Raises FileNotFoundError."""
        asset = self.find(path)
        if asset is None:
            raise FileNotFoundError(self._folder / path)
        return asset.content.decode()

    def is_current(self, path: str) -> bool:
        """Whether the path names the current revision, whose content never changes."""
        return path.startswith(f"{self.revision}/")

    async def keep_fresh(self) -> None:
        """Compresses all files, in a third of a second, and reloads those that change."""
        try:
            while True:
                await asyncio.to_thread(self._compress)
                await asyncio.sleep(LOOK_SECONDS)
                await asyncio.to_thread(self._refresh_if_readable)
        finally:
            self._is_over = True

    def refresh(self) -> None:
        """Reloads changed files; the others stay compressed.

        Raises OSError or UnicodeError for an unreadable file, and changes nothing then.
        """
        stamps = dict(self._stamped())
        if stamps != self._now.stamps:
            self._now = self._read(stamps)

    def _refresh_if_readable(self) -> None:
        """A file may be half written, or deleted since it was listed: the next refresh tries
        again."""
        try:
            self.refresh()
        except (OSError, UnicodeError) as problem:
            if brief(problem) != self._problem:
                log.warning("the page's files were not reloaded: %s", brief(problem))
            self._problem = brief(problem)
        else:
            self._problem = ""

    def _read(self, stamps: dict[Path, Stamp]) -> _Version:
        before = self._now
        read = {
            path: before.read[path] if before.stamps.get(path) == stamp else self._asset(path)
            for path, stamp in stamps.items()
        }
        files = self._served(read)
        names = "".join(f"{name}={asset.digest}\n" for name, asset in sorted(files.items()))
        return _Version(stamps, read, files, f"v-{hashlib.sha256(names.encode()).hexdigest()[:12]}")

    def _asset(self, path: Path) -> Asset:
        return Asset(path, is_minified=path.parent == self._bundled and path.suffix == ".js")

    def _served(self, read: dict[Path, Asset]) -> dict[str, Asset]:
        files = dict(_below(self._folder, read))
        if self._bundled:
            sources = {n: one.source_digest for n, one in files.items() if bundle.is_source(n)}
            modules = bundle.modules_in(self._bundled, sources)
            fits = modules is not None
            if fits != self._is_bundled:
                log.info("the page's modules are served %s", "as a bundle" if fits else _ONE_BY_ONE)
            self._is_bundled = fits
            if modules is not None:
                # A module beside its bundle would be loaded twice, with two states.
                files = {name: one for name, one in files.items() if name not in modules}
                files |= _below(self._bundled, read)
        return {name: self._whole(name, files) for name in files}

    def _whole(self, name: str, files: dict[str, Asset]) -> Asset:
        """The previous asset if its content is the same, since that is compressed already."""
        made_whole, asset = _WHOLE.get(PurePath(name).suffix), files[name]
        if made_whole is None:
            return asset
        text = made_whole(asset.content.decode(), lambda other: _text(files.get(other)))
        same = (
            one
            for one in (asset, self._now.files.get(name))
            if one and one.content == text.encode()
        )
        return next(same, None) or asset.made_whole(text.encode())

    def _compress(self) -> None:
        """Ends early when the gateway stops: a process cannot end before its threads."""
        for asset in self._now.files.values():
            for encoding in ENCODINGS if asset.is_text and not self._is_over else ():
                asset.encoded(encoding)

    def _stamped(self) -> Iterator[tuple[Path, Stamp]]:
        for folder in filter(None, (self._folder, self._bundled)):
            for path in folder.rglob("*"):
                if path.is_file() and not path.name.startswith("."):
                    status = path.stat()
                    yield path, (status.st_mtime_ns, status.st_size)


def _text(asset: Asset | None) -> str | None:
    return asset.content.decode() if asset else None


def _below(folder: Path, read: dict[Path, Asset]) -> Iterable[tuple[str, Asset]]:
    """The files in a folder by their paths from there."""
    return (
        (path.relative_to(folder).as_posix(), asset)
        for path, asset in read.items()
        if path.is_relative_to(folder)
    )
