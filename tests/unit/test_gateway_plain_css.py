"""Styles for browsers of the last four years."""

import re

from deploy import ROOT
from gateway.assets import Assets
from gateway.plain_css import plain_first

PAGE = Assets(ROOT / "static").text("page.css")


def test_light_dark_becomes_a_rule_for_each_theme() -> None:
    css = ":root {\n  --bg: light-dark(#fff, #0d0e11);\n  --gap: 8px;\n}\na { top: 0 }"
    assert plain_first(css) == (
        ":root {\n  --bg:#fff;\n  --gap: 8px;\n}"
        "@media screen and (prefers-color-scheme:dark){:root{--bg:#0d0e11;}}\na { top: 0 }"
    )


def test_later_rules_still_win() -> None:
    css = ":root{--bg:light-dark(#fff,#000)}@media print{:root{--bg:#fff}}"
    assert plain_first(css).endswith("}}@media print{:root{--bg:#fff}}")


def test_a_dynamic_height_follows_a_static_one() -> None:
    css = "body { height: 100dvh; max-height: calc(50dvh - 8px) }"
    assert plain_first(css) == (
        "body { height: 100vh;height: 100dvh; max-height: calc(50vh - 8px) ;max-height: "
        "calc(50dvh - 8px) }"
    )


def test_the_page_needs_no_newer_syntax() -> None:
    assert "light-dark(" not in PAGE
    newer = re.findall(r"[\w-]+:[^;{}]*dvh[^;{}]*", PAGE)
    assert newer
    assert [one for one in newer if f"{one.replace('dvh', 'vh')};{one}" not in PAGE] == []
