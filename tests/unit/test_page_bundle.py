"""The page's modules, put together by the bundler itself."""

import logging
import re
from pathlib import Path

import pytest

from cinema.language_tags import LANGUAGES
from deploy import commands, page_bundle
from gateway import bundle
from gateway.assets import Assets

PAGES = ("index.html", "sessao.html", "pedido.html")
MOST_SCRIPTS = 8
MOST_BYTES = 60_000  # over the wire, compressed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr(page_bundle, "BUNDLE", folder)
        page_bundle.ensure()
    return folder


@pytest.fixture
def assets(made: Path) -> Assets:
    return Assets(page_bundle.STATIC, made)


def ahead(assets: Assets, page: str) -> list[str]:
    """What the HTML of a page names: modules, styles, icons."""
    return re.findall(
        r'<(?:link|script|img)[^>]* (?:href|src)="/static/([^"#]+)"', assets.text(page)
    )


def imports(code: str) -> set[str]:
    """What a module cannot do without."""
    return set(re.findall(r'(?:from|import)"\./([^"]+)"', code))


def test_it_is_made_of_the_sources_as_they_are(made: Path) -> None:
    assert bundle.is_made_of(made, bundle.digests(page_bundle.STATIC))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_few_files_and_all_that_they_need(assets: Assets, page: str) -> None:
    scripts = {name for name in ahead(assets, page) if name.endswith(".js")}
    assert len(scripts) <= MOST_SCRIPTS
    assert set().union(*(imports(assets.text(name)) for name in scripts)) <= scripts


def test_every_module_that_is_loaded_late_is_there(assets: Assets, made: Path) -> None:
    late = {
        name
        for file in made.glob("*.js")
        for name in re.findall(r"import\([\"`]\./([\w-]+\.js)[\"`]\)", file.read_text())
    }
    assert any(name.startswith("payment-") for name in late)
    assert [name for name in late if assets.find(name) is None] == []


def test_texts_stay_modules_of_their_own(assets: Assets, made: Path) -> None:
    assert [tag for tag in LANGUAGES if (made / f"{tag[:2]}.js").exists()] == []
    assert "pt.js" in ahead(assets, "sessao.html")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_waits_for_is_small_on_the_wire(assets: Assets, page: str) -> None:
    sizes = {
        name: len(found.encoded("br"))
        for name in {page, *ahead(assets, page)}
        if (found := assets.find(name))
    }
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_without_a_bundler_one_line_says_so_and_nothing_breaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> str:
        raise commands.CommandFailed("no such registry")

    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(page_bundle, "BUNDLE", tmp_path / "bundle")
    monkeypatch.setattr(page_bundle, "CACHE", tmp_path / "cache" / "bundler")
    monkeypatch.setattr(commands, "run", fails)
    page_bundle.ensure()
    assert ["no such registry" in record.getMessage() for record in caplog.records] == [True]
