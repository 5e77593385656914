"""What of a page is too faint to read, by WCAG 2.2, AA: text (1.4.3), icons and fields (1.4.11)."""

from playwright.sync_api import Page

TEXT, LARGE, SHAPE = 4.5, 3.0, 3.0

# The page's own colours as the browser computes them, drawn over what is behind them. What is
# disabled may be faint.
_FAINT = """({ TEXT, LARGE, SHAPE }) => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = ([r, g, b, a], ground) =>
    [r, g, b].map((part, at) => part * a + ground[at] * (1 - a));
  const lines = (element) =>
    element ? [...lines(element.parentElement), element] : [];
  const groundOf = (element) => lines(element)
    .map((one) => rgba(getComputedStyle(one).backgroundColor))
    .reduce((ground, colour) => over(colour, ground), rgba("Canvas"));
  const linear = (part) =>
    part <= 0.04045 * 255 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = (colour) => colour.map(linear)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0.05);
  const ratio = (element, colour, ground) => {
    const [r, g, b, a] = rgba(colour);
    const opacity = lines(element)
      .reduce((product, one) => product * getComputedStyle(one).opacity, a);
    const both = [luminance(over([r, g, b, opacity], ground)), luminance(ground)];
    return Math.max(...both) / Math.min(...both);
  };
  const seen = (element) => element.checkVisibility({ visibilityProperty: true })
    && element.getBoundingClientRect().width > 1 && !element.closest(":disabled, .unseen");
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (data.trim() && seen(parentElement)) texts.push([parentElement, data.trim()]);
  }
  const found = [];
  const check = (name, element, colour, ground, least) => {
    const has = ratio(element, colour, ground);
    if (has < least) found.push(`${name}: ${has.toFixed(2)} of ${least}`);
  };
  for (const [element, text] of texts) {
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const size = parseFloat(fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && fontWeight >= 700);
    check(text, element, color, groundOf(element), isLarge ? LARGE : TEXT);
  }
  for (const icon of [...document.querySelectorAll("svg.icon")].filter(seen))
    check(icon.outerHTML, icon, getComputedStyle(icon).color, groundOf(icon), SHAPE);
  for (const field of [...document.querySelectorAll("input, select")].filter(seen))
    check(field.outerHTML, field, getComputedStyle(field).borderTopColor,
      groundOf(field.parentElement), SHAPE);
  return found;
}"""


def faint(page: Page) -> list[str]:
    """A line each: what it is, the contrast that it has, and the one that it needs."""
    limits = {"TEXT": TEXT, "LARGE": LARGE, "SHAPE": SHAPE}
    found: list[str] = page.evaluate(_FAINT, limits)
    return found
