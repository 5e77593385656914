"""Pictures of a page as it stands: on a phone, a tablet and a desk, in the light and in the dark."""

from pathlib import Path

from playwright.sync_api import Page

SIZES = {360: 740, 768: 1024, 1440: 900}
SCHEMES = ("light", "dark")
# The page paints what it was told in the next frame. A map is laid out anew in the one after a new size, and a
# vast hall tells its rows so from the third on, one after the other.
_FRAMES = 4
_AFTER_FRAMES = """async (frames) => {
    for (let n = 0; n < frames; n += 1) await new Promise(requestAnimationFrame);
}"""
_ROWS_AGREE = """() => new Set([...document.querySelectorAll("#grid .row")]
    .map((row) => row.dataset.tamanho)).size < 2"""


class Camera:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def take(self, page: Page, name: str, *, scripts: bool = True) -> None:
        """`<name>-<width>-<scheme>.png` for each size and scheme; the page keeps its state meanwhile."""
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                if scripts:
                    page.evaluate(_AFTER_FRAMES, _FRAMES)
                    page.wait_for_function(_ROWS_AGREE)
                page.screenshot(
                    path=self._folder / f"{name}-{width}-{scheme}.png",
                    full_page=_scrolls(page),
                    animations="disabled",
                )


def _scrolls(page: Page) -> bool:
    """A map fills its window; everything else is as long as it is."""
    return page.locator("body[data-view=session-view]").count() == 0
