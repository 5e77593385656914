"""One browser tab, whatever it shows."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect


def load(page: Page, url: str, view: str) -> None:
    """Goes to a page and waits for its view; once more if the machine's network changed under the
    browser.

    Chromium drops what it is loading when an interface comes or goes, as with each container that
    starts.
    """
    page.goto(url)
    shown = page.locator(view)
    failed = page.locator("[data-action=retry]:visible")
    expect(shown.or_(failed).first).to_be_attached(timeout=15_000)
    if failed.is_visible():
        page.goto(url)
        expect(shown).to_be_attached(timeout=15_000)


def with_letters(page: Page, pixels: int) -> None:
    """As somebody has set them in the browser."""
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    session.send("Page.setFontSizes", {"fontSizes": {"standard": pixels, "fixed": pixels}})


@dataclass
class Tab:
    """`problems` is what no page should ever have: errors of its own."""

    page: Page
    base_url: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listens for problems from the start."""
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self._heard(line.type, line.text))

    def _heard(self, kind: str, text: str) -> None:
        # A refused connection is reported by the browser itself; the page's own state shows it.
        if kind == "error" and "Failed to load" not in text and "WebSocket" not in text:
            self.problems.append(text)

    @property
    def focused(self) -> str:
        """The id of the element that has the focus (a field of the form: name, cpf, email), or
        its seat."""
        return str(
            self.page.evaluate(
                "() => document.activeElement.dataset.seat ?? document.activeElement.id"
            )
        )

    def _painted(self) -> None:
        """The page paints once a frame."""
        self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def _text(self, selector: str) -> str:
        text = self.page.locator(selector).text_content() or ""
        return re.sub(r"\s+", " ", text).strip()
