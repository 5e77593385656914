"""What a failed test's report shows of the running parts: each page's text, each service's
warnings."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.support.system import System

MOST_LINES = 40
# A seat of the map is a line of its own, with nothing but its number.
SHORTEST_LINE = 4
QUICKLY = 2_000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and call.when == "call":
        for value in getattr(item, "funcargs", {}).values():
            report.sections += [(title, text) for title, text in _sections(value) if text]
    return report


def _sections(value: object) -> list[tuple[str, str]]:
    if isinstance(value, System):
        return [(f"warnings of {part.name}", _warnings(part.log)) for part in value.services]
    if isinstance(value, Browser):
        pages = [page for context in value.contexts for page in context.pages]
        return [(f"page {page.url}", _text(page)) for page in pages]
    return []


def _warnings(log: str) -> str:
    lines = [line for line in log.splitlines() if "DEBUG" not in line and "INFO" not in line]
    return "\n".join(lines[-MOST_LINES:])


def _text(page: Page) -> str:
    try:
        line = page.locator("[data-line]").first.get_attribute("data-line", timeout=QUICKLY)
        text = page.locator("body").inner_text(timeout=QUICKLY)
    except Error as gone:
        return f"cannot be read: {gone}"
    lines = [one for one in text.splitlines() if len(one) >= SHORTEST_LINE]
    return "\n".join([f"line: {line}", *lines[:MOST_LINES]])
