"""A picture of a part of the page, as colours that can be measured (WCAG 2.2, 1.4.3 and 1.4.11)."""

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from playwright.sync_api import Locator, Page

Colour = tuple[int, int, int]

# Decoded by the browser, in a page of its own: a canvas gives the pixels of what it was shown.
_PIXELS = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const text = Array.from(data, (value) => String.fromCharCode(value)).join("");
  return { width: image.width, values: btoa(text) };
}"""
_LEAST_PART = 0.004  # of the picture: a colour that covers less is the blur of an edge


@dataclass(frozen=True)
class Picture:
    width: int
    pixels: list[Colour]

    @property
    def ground(self) -> Colour:
        """The background: the colour of the picture's corner."""
        return self.pixels[0]

    @cached_property
    def colours(self) -> list[Colour]:
        """Those that it is drawn in, the commonest first."""
        least = _LEAST_PART * len(self.pixels)
        return [colour for colour, count in Counter(self.pixels).most_common() if count >= least]

    @property
    def contrast(self) -> float:
        """The highest contrast of a colour against the ground."""
        return max(contrast(colour, self.ground) for colour in self.colours)

    @property
    def inner_contrast(self) -> float:
        """Of two of its colours, the ground left out: a cross on its box."""
        own = [colour for colour in self.colours if colour != self.ground]
        return max(contrast(one, other) for one in own for other in own)

    @property
    def fill(self) -> Colour:
        """The commonest colour but the ground."""
        return next(colour for colour in self.colours if colour != self.ground)

    @property
    def mean(self) -> Colour:
        """Of its middle, without the ground around it."""
        rows, fifth = self._rows, self.width // 5
        middle = [
            pixel for row in rows[len(rows) // 4 : -len(rows) // 4] for pixel in row[fifth:-fifth]
        ]
        red, green, blue = (sum(values) // len(middle) for values in zip(*middle, strict=True))
        return red, green, blue

    @property
    def hue(self) -> float:
        """How far its strongest colour is from grey: 0 is grey, 1 is a pure colour."""
        return max((max(colour) - min(colour)) / 255 for colour in self.colours)

    def differs_from(self, other: "Picture") -> float:
        """The part of the pixels of which one is drawn and the other is not: shape alone, whatever
        the colours.

        Where the page's own fractions of a pixel made one of them a little larger, what both have
        is compared.
        """
        rows = zip(self._ink, other._ink, strict=False)
        pairs = [pair for row in rows for pair in zip(*row, strict=False)]
        return sum(mine != theirs for mine, theirs in pairs) / len(pairs)

    @cached_property
    def _ink(self) -> list[list[bool]]:
        drawn = {colour: contrast(colour, self.ground) > 2 for colour in set(self.pixels)}
        return [[drawn[pixel] for pixel in row] for row in self._rows]

    @property
    def _rows(self) -> list[list[Colour]]:
        return [self.pixels[at : at + self.width] for at in range(0, len(self.pixels), self.width)]


def pictures_of(page: Page, shown: Mapping[str, Locator]) -> dict[str, Picture]:
    """Each thing as it is drawn now, with nothing around it."""
    shots = {name: thing.screenshot(animations="disabled") for name, thing in shown.items()}
    desk = page.context.new_page()
    try:
        return {name: _decoded(desk, shot) for name, shot in shots.items()}
    finally:
        desk.close()


def _decoded(desk: Page, png: bytes) -> Picture:
    found = desk.evaluate(_PIXELS, base64.b64encode(png).decode())
    values = base64.b64decode(found["values"])
    return Picture(found["width"], list(zip(values[::4], values[1::4], values[2::4], strict=True)))


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
