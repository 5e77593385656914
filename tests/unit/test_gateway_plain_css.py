"""Styles that browsers of the last four years read."""

import re

from deploy import ROOT
from gateway.assets import Assets
from gateway.plain_css import plain_first

PAGE = Assets(ROOT / "static").text("page.css")


def test_a_token_of_two_themes_is_a_light_one_and_on_a_dark_screen_another() -> None:
    css = ":root {\n  --bg: light-dark(#fff, #0d0e11);\n  --gap: 8px;\n}\na { top: 0 }"
    assert plain_first(css) == (
        ":root {\n  --bg:#fff;\n  --gap: 8px;\n}"
        "@media screen and (prefers-color-scheme:dark){:root{--bg:#0d0e11;}}\na { top: 0 }"
    )


def test_what_comes_later_still_wins() -> None:
    css = ":root{--bg:light-dark(#fff,#000)}@media print{:root{--bg:#fff}}"
    assert plain_first(css).endswith("}}@media print{:root{--bg:#fff}}")


def test_a_dynamic_height_follows_a_static_one() -> None:
    css = "body { height: 100dvh; max-height: calc(50dvh - 8px) }"
    assert plain_first(css) == (
        "body { height: 100vh;height: 100dvh; max-height: calc(50vh - 8px) ;max-height: calc(50dvh - 8px) }"
    )


def test_nothing_of_the_page_needs_what_only_newer_browsers_read() -> None:
    assert "light-dark(" not in PAGE
    newer = re.findall(r"[\w-]+:[^;{}]*dvh[^;{}]*", PAGE)
    assert newer
    assert [one for one in newer if f"{one.replace('dvh', 'vh')};{one}" not in PAGE] == []
