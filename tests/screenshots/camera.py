"""Pictures of a page as it is: on a phone, upright and on its side, a tablet and a desk, in
every scheme."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

SIZES: dict[str, ViewportSize] = {
    "360": {"width": 360, "height": 740},
    "390-landscape": {"width": 844, "height": 390},
    "768": {"width": 768, "height": 1024},
    "1440": {"width": 1440, "height": 900},
}
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}
# The page paints a change in the next frame. A map is laid out again in the one after a new
# size, and a vast hall resizes its rows from the third on, one after the other.
_FRAMES = 4
_AFTER_FRAMES = """async (frames) => {
    for (let n = 0; n < frames; n += 1) await new Promise(requestAnimationFrame);
}"""
_ROWS_AGREE = """() => new Set([...document.querySelectorAll("#grid .row")]
    .map((row) => row.dataset.detail)).size < 2"""


class Camera:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def take(self, page: Page, name: str, *, scripts: bool = True) -> None:
        """`<name>-<size>-<scheme>.png` for each size and scheme; the page keeps its state
        meanwhile."""
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            for scheme, media in SCHEMES.items():
                page.emulate_media(**media)
                if scripts:
                    page.evaluate(_AFTER_FRAMES, _FRAMES)
                    page.wait_for_function(_ROWS_AGREE)
                page.screenshot(
                    path=self._folder / f"{name}-{size}-{scheme}.png",
                    full_page=_scrolls(page),
                    animations="disabled",
                )


def _scrolls(page: Page) -> bool:
    """A map fills its window; everything else is as long as it is."""
    return page.locator("body[data-view=session-view]").count() == 0
