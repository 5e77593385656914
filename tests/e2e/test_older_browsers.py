"""A purchase in a browser of four years ago: Chromium without what Safari 15.4 or Samsung
Internet 19 lack."""

import re

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.conftest import NewPage
from tests.e2e.page import ANA, OrderPage, ProgrammePage, SessionPage
from tests.support.system import System

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
# By the object that has it.
NEWER = {
    "AbortSignal": ["timeout", "any"],
    "Array": ["fromAsync"],
    "Array.prototype": ["toSorted", "toReversed", "toSpliced", "with"],
    "Document.prototype": ["startViewTransition"],
    "Element.prototype": ["checkVisibility", "ariaNotify", "setHTMLUnsafe", "setHTML"],
    "HTMLElement.prototype": ["showPopover", "hidePopover", "togglePopover"],
    "Map": ["groupBy"],
    "Navigator.prototype": ["wakeLock", "share", "canShare", "vibrate"],
    "Object": ["groupBy"],
    "Promise": ["withResolvers", "try"],
    "Set.prototype": ["union", "intersection", "difference", "isSubsetOf", "isDisjointFrom"],
    "URL": ["canParse", "parse"],
    "crypto": ["randomUUID"],
    "globalThis": [
        "requestIdleCallback",
        "scheduler",
        "CloseWatcher",
        "BarcodeDetector",
        "navigation",
    ],
}
TAKE_AWAY = f"""
for (const [path, names] of Object.entries({NEWER})) {{
  const owner = path.split(".").reduce((found, part) => found?.[part], globalThis);
  for (const name of names) {{
    if (!owner) continue;
    delete owner[name];
    const gone = {{ value: undefined, configurable: true }};
    if (name in owner) Object.defineProperty(owner, name, gone);
  }}
}}
// A click is a PointerEvent in Chromium alone.
const click = MouseEvent.prototype;
Object.defineProperty(PointerEvent, Symbol.hasInstance, {{
  value: (event) => event?.type !== "click" && PointerEvent.prototype.isPrototypeOf(event),
}});
"""
NEWER_RULES = re.compile(
    r"@(?:container|supports selector|starting-style|view-transition)[^{]*"
    r"\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}"
    r"|[^{}]*:(?:has|popover-open|open)\b[^{}]*\{[^{}]*\}"
)
NEWER_VALUES = re.compile(
    r"(?<=[;{])[\w-]+:[^;{}]*"
    r"(?:\d[dsl]vh|light-dark\(|color-mix\(|text-wrap|overflow:clip|/ ?\"\")[^;{}]*;?"
    r"|(?<=[;{])(?:content-visibility|contain-intrinsic-size|container-type|text-wrap|interpolate-size):[^;{}]*;?"
)


def put_back_by_four_years(page: Page) -> None:
    page.add_init_script(TAKE_AWAY)
    page.route("**/*.css", _older)


def _older(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=older_css(answer.text()))


def older_css(css: str) -> str:
    return NEWER_VALUES.sub("", NEWER_RULES.sub("", css))


def test_what_is_newer_is_taken_out_of_styles_and_the_rest_stays() -> None:
    css = (
        "a{b:c;height:100vh;height:100dvh}@container "
        '(x:y){a{b:c}}i:has(b){c:d}p{content:"x";content:"x" / ""}'
    )
    assert older_css(css) == 'a{b:c;height:100vh;}p{content:"x";}'


@pytest.mark.parametrize(
    ("window", "seat"),
    [
        pytest.param(PHONE, "D05", id="phone"),
        pytest.param(DESKTOP, "D08", id="desktop", marks=pytest.mark.nightly),
    ],
)
def test_a_purchase_without_anything_newer_than_four_years(
    system: System, new_page: NewPage, window: dict[str, int], seat: str
) -> None:
    url = system.gateways[0].url
    page = new_page()
    page.set_viewport_size(window)  # type: ignore[arg-type]
    put_back_by_four_years(page)
    buyer = ProgrammePage(page, url).open().choose("S001")
    buyer.hold(seat)
    buyer.choose(seat, "meia_estudante")
    order = buyer.pay(ANA)
    tickets = OrderPage(page, url).open(order)
    assert (tickets.state, tickets.seats, tickets.total) == ("confirmado", [seat], "R$ 16,00")
    assert (buyer.problems, tickets.problems) == ([], [])


def test_colours_are_those_of_the_theme_without_light_dark(
    system: System, new_page: NewPage
) -> None:
    page = new_page()
    put_back_by_four_years(page)
    for scheme, ground in (("dark", "rgb(13, 14, 17)"), ("light", "rgb(245, 243, 238)")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        SessionPage(page, system.gateways[0].url).open()
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert colour == ground
