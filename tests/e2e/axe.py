"""axe-core in a real page: what would hinder somebody who sees, hears or moves
differently."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page, ViewportSize

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()

# Every rule but the strictest level's; target-size (WCAG 2.2) has to be asked for.
# A page adapts to a new size in its ResizeObservers: this one is called after them.
_RUN = """async ([exempt, left_out]) => {
    await new Promise((then) => new ResizeObserver(then).observe(document.body));
    const { violations } = await axe.run({ exclude: left_out }, {
        rules: { "target-size": { enabled: true } },
        resultTypes: ["violations"],
    });
    return violations.flatMap(({ id, nodes }) => nodes
        .filter(({ target }) =>
          id !== "target-size" || !document.querySelector(target[0])?.closest(exempt))
        .map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
}"""

# Seats of a map that is fitted to a phone are small until one is tapped, which brings them closer.
# WCAG 2.5.8 lets that pass, because the buttons for zoom and the list do the same and are large.
_SMALL_SEATS = "[data-detail^=low]"

# The hall's 200 seats take two thirds of axe's time, and are the same beside every dialog.
_SEATS = "#grid"


@dataclass(frozen=True)
class Look:
    scheme: Literal["dark", "light"]
    size: ViewportSize


DESK = Look("dark", {"width": 1440, "height": 900})
PHONE = Look("light", {"width": 360, "height": 740})


def faults(page: Page, *, seats: bool = False) -> list[str]:
    """What axe finds in the page now, one line each: rule, element, what would mend it.

    `seats`: among the hall's seats, too.
    """
    if page.evaluate("() => typeof axe === 'undefined'"):
        page.evaluate(_AXE)
    found: list[str] = page.evaluate(_RUN, [_SMALL_SEATS, [] if seats else [_SEATS]])
    return found


def expect_no_faults(page: Page, *, seats: bool = False) -> None:
    """On a dark desk and on a light phone; nothing moves meanwhile, since colours are read as
    they are."""
    found = []
    for look in (DESK, PHONE):
        page.set_viewport_size(look.size)
        page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")
        found += [f"{look.scheme}: {fault}" for fault in faults(page, seats=seats)]
    assert found == [], "\n".join(found)
