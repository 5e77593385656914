"""A real Chromium, and pages in it: each in a browser profile of its own, as different people
have."""

import contextlib
import inspect
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy import page_bundle
from deploy.ports import LOOPBACK
from tests.e2e.audience import Audience, audience_of
from tests.e2e.page import SessionPage
from tests.e2e.session_page import LineState
from tests.e2e.wire import Wire
from tests.support import browser as chromium
from tests.support.infra import unavailable
from tests.support.system import System
from tests.support.waiting import PATIENCE

# A name for this machine that is not "localhost", as a phone in the same house has for it.
ELSEWHERE = "cinema.test"
# Without these Chromium calls home at every start, which this suite has no use for.
_QUIET = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    f"--host-resolver-rules=MAP {ELSEWHERE} {LOOPBACK}",
]

expect.set_options(timeout=1_000 * PATIENCE)

NewPage = Callable[..., Page]
OpenPage = Callable[..., SessionPage]
OpenWired = Callable[..., tuple[SessionPage, Wire]]


@pytest.fixture(scope="session", autouse=True)
def _bundled() -> None:
    """Browsers get the page as buyers do, whatever was edited since the last time."""
    page_bundle.ensure()


def _name_frames_without_a_file() -> None:
    """Playwright asks `inspect` for the stack at each call, which looks through all modules for
    each frame without a file: with the thousands of a whole run that takes longer than the call."""
    for frame, _ in traceback.walk_stack(None):
        if not Path(name := frame.f_code.co_filename).exists():
            inspect.modulesbyfile.setdefault(name, "")


class SharedChromium:
    """One process for all tests in a row that need it, since each start costs seconds of CPU."""

    def __init__(self) -> None:
        self._parts = contextlib.ExitStack()
        self._browser: Browser | None = None

    def get(self) -> Browser:
        if self._browser is None:
            path = chromium.find()
            if path is None:
                unavailable("no Chromium")
            _name_frames_without_a_file()
            playwright = self._parts.enter_context(sync_playwright())
            arguments = ["--no-sandbox", *_QUIET]
            self._browser = playwright.chromium.launch(executable_path=path, args=arguments)
            self._parts.enter_context(contextlib.closing(self._browser))
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._parts.close()


_chromium = SharedChromium()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Playwright keeps an event loop running: an asynchronous test in the next module could not
    begin its own."""
    yield
    if nextitem is None or (nextitem.path != item.path and not _needs_browser(nextitem)):
        _chromium.close()


def _needs_browser(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "browser" in item.fixturenames


@pytest.fixture(scope="module")
def browser() -> Browser:
    return _chromium.get()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """`new_page(language="en")` is somebody else's browser every time, in São Paulo's time whatever
    it speaks.

    Without service workers, which would answer instead of the network that a test fakes.
    """
    with contextlib.ExitStack() as stack:

        def make(
            language: str = "pt-BR", service_workers: Literal["allow", "block"] = "block"
        ) -> Page:
            context = browser.new_context(
                locale=language, timezone_id="America/Sao_Paulo", service_workers=service_workers
            )
            stack.callback(context.close)
            return context.new_page()

        yield make


@pytest.fixture
def open_session(system: System, new_page: NewPage) -> Iterator[OpenPage]:
    """`open_session("S001", gateway=1)`: a buyer with the map open. No page may have an error of
    its own.

    `prepare` is given the tab before it goes anywhere; `beside` is a page whose buyer opens a
    second tab.
    """
    opened: list[SessionPage] = []

    def open_one(
        session: str = "S001",
        gateway: int = 0,
        prepare: Callable[[Page], object] = lambda _: None,
        beside: SessionPage | None = None,
        language: str = "pt-BR",
        state: LineState = "live",
    ) -> SessionPage:
        tab = beside.page.context.new_page() if beside else new_page(language)
        prepare(tab)
        page = SessionPage(tab, system.gateways[gateway].url)
        opened.append(page)
        return page.open(session, state)

    yield open_one
    assert [problem for page in opened for problem in page.problems] == []


@pytest.fixture
def open_wired(open_session: OpenPage) -> OpenWired:
    """Like `open_session`, with the page's line in the test's hands."""

    def open_one(
        session: str = "S001",
        prepare: Callable[[Page], object] = lambda _: None,
        beside: SessionPage | None = None,
        language: str = "pt-BR",
    ) -> tuple[SessionPage, Wire]:
        wires: list[Wire] = []

        def put_in(tab: Page) -> None:
            wires.append(Wire(tab))
            prepare(tab)

        page = open_session(session, prepare=put_in, beside=beside, language=language)
        return page, wires[0]

    return open_one


@pytest.fixture
def audience(system: System) -> Iterator[Audience]:
    """Somebody else in the hall, who needs no browser; asks the second booking server, if there is
    one."""
    with audience_of(system.bookings[-1].address) as somebody:
        yield somebody
