"""The page's files in memory."""

import asyncio
import errno
import gzip
import json
import logging
import os
from pathlib import Path

import brotli
import pytest

from gateway import assets, bundle
from gateway.assets import Assets
from tests.support.waiting import eventually

MODULE = """// @ts-check
/** What it is. */
const a = "/* no comment */ // nor this"; // stays
  /**
   * @param {string} b
   */
const c = /** @type {any} */ (a);
  // gone
export { a, c };
"""


class Folder:
    """A folder of files, with a refresh after each change."""

    def __init__(self, path: Path) -> None:
        self.path = path / "static"
        self.bundle = path / "bundle"
        self.path.mkdir()
        self.assets = Assets(self.path, self.bundle)

    def write(self, name: str, text: str) -> None:
        self._put(self.path / name, text)
        self.assets.refresh()

    def put_together(self, **texts: str) -> None:
        """A bundle of the files as they are: `main="..."` is its main.js."""
        self.bundle.mkdir(exist_ok=True)
        made = {"modules": ["main.js", "part.js"], "sources": bundle.digests(self.path)}
        for name, text in texts.items():
            self._put(self.bundle / f"{name}.js", text)
        self._put(self.bundle / bundle.SOURCES, json.dumps(made))
        self.assets.refresh()

    def _put(self, file: Path, text: str) -> None:
        file.write_text(text)
        os.utime(file, ns=(0, hash(text) % 10**18))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write("main.js", "let a = 1;\n")
    folder.write("page.css", "a { b: c }\n")
    return folder


def content(folder: Folder, path: str) -> bytes:
    asset = folder.assets.find(path)
    assert asset is not None
    return asset.content


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
        PermissionError("not yours"),
        FileNotFoundError("gone"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "half a letter"),
    ],
)
async def test_unreadable_files_are_not_reloaded(
    folder: Folder,
    problem: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks = 0

    def fails(_: Path) -> bytes:
        nonlocal looks
        looks += 1
        raise problem

    monkeypatch.setattr(assets, "LOOK_SECONDS", 0.01)
    keeping = asyncio.create_task(folder.assets.keep_fresh())
    with monkeypatch.context() as unreadable:
        unreadable.setattr(Path, "read_bytes", fails)
        (folder.path / "main.js").write_text("let a = 22;\n")
        await eventually(lambda: looks > 2)
        assert content(folder, "main.js") == b"let a=1;"
    await eventually(lambda: content(folder, "main.js") == b"let a=22;")
    keeping.cancel()
    assert len(caplog.records) == 1


def test_a_changed_file_is_reloaded_under_a_new_revision(folder: Folder) -> None:
    before, sheet = folder.assets.revision, folder.assets.find("page.css")
    folder.write("main.js", "let a = 2;\n")
    assert folder.assets.revision != before
    assert content(folder, "main.js") == b"let a=2;"
    assert folder.assets.find("page.css") is sheet  # and with it what is compressed
    folder.write("main.js", "let a = 1;\n")
    assert folder.assets.revision == before


def test_an_old_revision_leads_to_the_newest_file_without_caching(folder: Folder) -> None:
    older = f"{folder.assets.revision}/main.js"
    assert folder.assets.is_current(older)
    folder.write("main.js", "let a = 2;\n")
    assert content(folder, older) == b"let a=2;"
    assert not folder.assets.is_current(older)
    assert not folder.assets.is_current("main.js")


def test_files_come_and_go(folder: Folder) -> None:
    assert folder.assets.find("new.js") is None
    folder.write("new.js", "")
    assert folder.assets.find("new.js")
    (folder.path / "new.js").unlink()
    folder.assets.refresh()
    assert folder.assets.find("new.js") is None


@pytest.mark.parametrize(
    "path", ["", "/", "..", "../assets.py", "/etc/passwd", "v-0123456789ab/", "nothing.js", "\x00"]
)
def test_no_file_outside_the_folder_is_found(folder: Folder, path: str) -> None:
    assert folder.assets.find(path) is None


def test_modules_and_styles_are_minified(folder: Folder) -> None:
    folder.write("main.js", MODULE)
    folder.write("page.css", "/* What it is. */\na {\n  b: c;\n}\n")
    assert content(folder, "main.js") == (
        b'const a="/* no comment */ // nor this";const c=(a);export{a,c};'
    )
    assert content(folder, "page.css") == b"a{b:c}"


def test_compressed_files_decompress_to_the_original(folder: Folder) -> None:
    folder.write("main.js", "let a = 1;\n" * 100)
    asset = folder.assets.find("main.js")
    assert asset is not None
    assert brotli.decompress(asset.encoded("br")) == asset.content
    assert gzip.decompress(asset.encoded("gzip")) == asset.content
    assert asset.encoded("") == asset.content
    assert len({asset.etag(encoding) for encoding in ("br", "gzip", "")}) == 3


def test_a_bundle_replaces_the_modules_that_it_was_made_of(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder.write("part.js", "let c = 1;\n")
    folder.put_together(main="let b  =  1;", shared="")
    bundled = folder.assets.revision
    assert content(folder, "main.js") == b"let b  =  1;"  # it comes as small as it gets
    assert content(folder, "shared.js") == b""
    assert folder.assets.find("part.js") is None  # it is in one of them

    folder.write("main.js", "let a = 2;\n")  # an edit is seen at once
    assert content(folder, "main.js") == b"let a=2;"
    assert folder.assets.find("shared.js") is None
    assert content(folder, "part.js") == b"let c=1;"

    folder.write("main.js", "let a = 1;\n")
    assert content(folder, "main.js") == b"let b  =  1;"
    assert folder.assets.revision == bundled
    folder.write("page.css", "a { b: d }\n")  # which no bundle is made of
    assert folder.assets.find("shared.js")
    assert [record.getMessage().partition(" are served ")[2][:10] for record in caplog.records] == [
        "as a bundl",
        "one by one",
        "as a bundl",
    ]


def test_a_new_module_invalidates_the_bundle(folder: Folder) -> None:
    folder.put_together(main="let b=1;")
    folder.write("new.js", "")
    assert content(folder, "main.js") == b"let a=1;"
    assert content(folder, "new.js") == b""


def test_an_unfinished_bundle_is_not_served(folder: Folder) -> None:
    folder.bundle.mkdir()
    (folder.bundle / "main.js").write_text("let b=1;")
    (folder.bundle / bundle.SOURCES).write_text("{")
    folder.assets.refresh()
    assert content(folder, "main.js") == b"let a=1;"
    assert folder.assets.find(bundle.SOURCES) is None
