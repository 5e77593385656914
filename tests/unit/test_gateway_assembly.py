"""Imports of the page's files are resolved."""

import re
from pathlib import Path

from gateway.assembly import whole_page, whole_sheet
from gateway.assets import Assets

SHEETS = {"base.css": "a{b:c}", "map.css": "d{e:f}"}
MODULES = {
    "main.js": 'import{part}from"./dom.js";import("./late.js")',
    "dom.js": "export const part=1",
    "view.js": 'import"./dom.js";import{t}from "./text.js";export*from"./view.js"',
    "text.js": "",
}


def ahead(html: str) -> list[tuple[str, str]]:
    """The modules that a page preloads, each with the other attributes of its line."""
    return re.findall(r'<link rel="modulepreload" href="/static/([\w.]+)"([^>]*)>', html)


def entry(module: str, attributes: str = "") -> str:
    return f'<link rel="modulepreload" href="/static/{module}"{attributes}>'


def test_a_sheet_contains_its_imports_in_order() -> None:
    css = '@import "map.css";\n@import"base.css";x{y:z}'
    assert whole_sheet(css, SHEETS.get) == "d{e:f}a{b:c}x{y:z}"


def test_an_import_of_a_sheet_that_is_missing_stays() -> None:
    assert whole_sheet('@import "new.css";x{y:z}', SHEETS.get) == '@import "new.css";x{y:z}'


def test_a_page_preloads_static_imports_and_no_dynamic_ones() -> None:
    low = ' fetchpriority="low"'
    page = f"<title>x</title>{entry('main.js')}{entry('view.js', low)}"
    assert ahead(whole_page(page, MODULES.get)) == [
        ("main.js", ""),
        ("dom.js", ""),
        ("view.js", low),
        ("text.js", low),
    ]


def test_a_sheet_changes_with_one_that_it_imports(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text('@import "base.css";\n')
    (tmp_path / "base.css").write_text("a { b: c }\n")
    assets = Assets(tmp_path)
    before = assets.find("page.css")
    assert before
    assert before.content == b"a{b:c}"
    (tmp_path / "new.js").write_text("")
    assets.refresh()
    assert assets.find("page.css") is before  # and with it what is compressed
    (tmp_path / "base.css").write_text("a { b: longer }\n")
    assets.refresh()
    after = assets.find("page.css")
    assert after
    assert after.content == b"a{b:longer}"
    assert after.digest != before.digest
