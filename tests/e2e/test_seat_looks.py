"""How a seat of each state looks: clear in both themes, also offline, and another shape where
colours are forced."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.audience import audience_of
from tests.e2e.page import SessionPage
from tests.e2e.picture import Picture, contrast, pictures_of
from tests.e2e.wire import Frame, Wire
from tests.support.system import System

SHAPES, TEXT = 3.0, 4.5  # WCAG 2.2, AA
GREY, COLOURFUL = 0.25, 0.4
# Those that show a number have the same one, and no two are neighbours.
SEATS = {
    "asked": "D08",
    "free": "B05",
    "premium": "I05",
    "mine": "F11",
    "bought": "H05",
    "held": "C14",
    "sold": "E17",
}
Theme = Literal["light", "dark"]
THEMES = ["light", pytest.param("dark", marks=pytest.mark.nightly)]
BOTH_THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@dataclass
class Looks:
    """A page that shows a seat of each state.

    Pictures are taken once for each theme and state of the line.
    """

    page: SessionPage
    wire: Wire
    _taken: dict[tuple[Theme, bool, str], dict[str, Picture]] = field(default_factory=dict)

    def show(self, theme: Theme, *, forced: bool = False) -> None:
        self.page.page.emulate_media(
            color_scheme=theme, forced_colors="active" if forced else "none"
        )

    def pictures(self, theme: Theme, *, forced: bool = False) -> dict[str, Picture]:
        look = theme, forced, self.page.line
        if look not in self._taken:
            self.show(theme, forced=forced)
            self._taken[look] = self._take()
        return self._taken[look]

    def _take(self) -> dict[str, Picture]:
        others = {state: self.page.seat(name) for state, name in SEATS.items() if state != "asked"}
        asked = self._picture_of_asked() if self.page.line == "live" else {}
        return asked | pictures_of(self.page.page, others)

    def _picture_of_asked(self) -> dict[str, Picture]:
        """The page waits some seconds for an answer, so the picture counts where it still waits
        after it."""
        page, name = self.page, SEATS["asked"]
        while True:
            if page.seat_state(name) == "free":
                page.click(name)
                page.expect_seat(name, "asking")
            page.page.mouse.move(0, 0)
            page.page.evaluate("() => document.activeElement.blur()")
            seen = pictures_of(page.page, {"asked": page.seat(name)})
            if page.seat_state(name) == "asking":
                return seen


@pytest.fixture(scope="module")
def looks(system: System, browser: Browser) -> Iterator[Looks]:
    """What is asked for is never answered."""
    context = browser.new_context(
        locale="pt-BR",
        viewport={"width": 1440, "height": 900},
        device_scale_factor=2,
        reduced_motion="reduce",
    )
    tab = context.new_page()
    wire = Wire(tab)
    page = SessionPage(tab, system.gateways[0].url).open()
    page.hold(SEATS["bought"])
    page.pay()
    page.close_payment()
    page.hold(SEATS["mine"])
    with audience_of(system.bookings[-1].address) as somebody:
        somebody.hold(SEATS["held"])
        somebody.somebody_else().buy(SEATS["sold"])
        page.expect_seat(SEATS["held"], "held")
        page.expect_seat(SEATS["sold"], "sold")
        wire.to_gateway = _never_asked
        yield Looks(page, wire)
    context.close()


def _never_asked(frame: Frame) -> list[Frame]:
    return [] if frame.get("acao") == "bloquear" else [frame]


@BOTH_THEMES
def test_every_state_has_contrast(theme: Theme, looks: Looks) -> None:
    seen = looks.pictures(theme)
    clear = {state: picture.contrast for state, picture in seen.items() if state != "sold"}
    assert min(clear.values()) >= SHAPES, clear
    crosses = {state: seen[state].inner_contrast for state in ("sold", "mine", "asked", "bought")}
    assert min(crosses.values()) >= SHAPES, crosses


@BOTH_THEMES
def test_a_number_is_read_on_its_seat(theme: Theme, looks: Looks) -> None:
    looks.show(theme)
    for state in ("free", "premium"):
        fill, text = looks.page.seat(SEATS[state]).evaluate(
            """(seat) => ["backgroundColor", "color"]
              .map((name) => getComputedStyle(seat)[name].match(/[0-9.]+/g))
              .map((parts) => parts.slice(0, 3).map(Number))"""
        )
        assert contrast(tuple(fill), tuple(text)) >= TEXT


@BOTH_THEMES
def test_the_accent_is_ones_own_and_others_are_grey(theme: Theme, looks: Looks) -> None:
    seen = looks.pictures(theme)
    assert {state: seen[state].hue for state in ("held", "sold") if seen[state].hue > GREY} == {}
    assert min(seen[state].hue for state in ("mine", "bought")) > COLOURFUL
    assert contrast(seen["mine"].fill, seen["held"].mean) >= SHAPES


@BOTH_THEMES
def test_every_two_states_differ_in_shape(theme: Theme, looks: Looks) -> None:
    _expect_different_shapes(looks.pictures(theme))


@pytest.mark.nightly
@pytest.mark.parametrize("theme", THEMES)
def test_where_colours_are_forced_states_and_legend_differ_in_shape(
    theme: Theme, looks: Looks
) -> None:
    seen = looks.pictures(theme, forced=True)
    _expect_different_shapes(seen)
    assert min(picture.contrast for picture in seen.values()) >= SHAPES
    looks.show(theme, forced=True)
    samples = looks.page.page.locator("[data-part=legend] .sample").all()
    legend = pictures_of(looks.page.page, {str(at): sample for at, sample in enumerate(samples)})
    assert len(legend) > len(SEATS)  # with the kinds of seats
    _expect_different_shapes(legend)


def _expect_different_shapes(seen: dict[str, Picture]) -> None:
    alike = [
        (one, other)
        for one, other in itertools.combinations(seen, 2)
        if seen[one].differs_from(seen[other]) < 0.03
    ]
    assert alike == []


@pytest.mark.nightly
@pytest.mark.parametrize("theme", THEMES)
def test_what_was_known_is_still_readable_while_the_line_is_down(
    theme: Theme, looks: Looks
) -> None:
    """The last of the tests: the line stays down."""
    page = looks.page
    if page.line == "live":
        looks.wire.deliver({"evento": "situacao", "ao_vivo": False})
    page.wait_line("paused")
    seen = looks.pictures(theme)
    clear = {state: seen[state].contrast for state in ("free", "mine", "bought", "held")}
    assert min(clear.values()) >= SHAPES, clear
    assert seen["sold"].inner_contrast >= SHAPES
    expect(page.seat(SEATS["free"])).to_be_visible()
