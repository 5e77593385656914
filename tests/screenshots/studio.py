"""Where the pictures are taken: the real system, a real Chromium, and other people in the hall."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from booking.programme import Programme, load_programme
from deploy import ROOT
from tests.bench import big_room
from tests.e2e.audience import Audience, audience_of
from tests.e2e.session_page import SessionPage
from tests.e2e.wire import Wire
from tests.screenshots.camera import Camera
from tests.support.system import System

AT_ONCE = 6  # seats a person may have
NEXT_WEEK = "S901"
OVER = "S900"
_MORE = """
[[sessoes]]
id = "{id}"
filme = "agente-secreto"
sala = "sala-1"
idioma = "português"
inicio = {start:%Y-%m-%d}T20:30:00
precos = {{ comum = 3200, premium = 4400 }}
"""


def write_programme(path: Path) -> Programme:
    """The demonstration's, one session that is over, one next week, and a hall of 3,000 seats."""
    now = datetime.now()
    parts = [
        (ROOT / "programacao.toml").read_text(encoding="utf-8"),
        _MORE.format(id=NEXT_WEEK, start=now + timedelta(days=7)),
        _MORE.format(id=OVER, start=now - timedelta(days=7)),
        big_room.programme(),
    ]
    path.write_text("\n".join(parts), encoding="utf-8")
    return load_programme(path)


@dataclass
class Studio:
    """The whole system as real processes, and a real Chromium; everything that a picture shows
    happened.

    `take` makes the pictures of one state; every tab that a scene opens is closed when it ends.
    """

    system: System
    browser: Browser
    camera: Camera
    programme: Programme
    audience: Audience
    _open: ExitStack

    @property
    def url(self) -> str:
        return self.system.gateways[0].url

    def take(self, page: Page, name: str) -> None:
        self.camera.take(page, name)

    def tab(self, language: str = "pt-BR", *, scripts: bool = True) -> Page:
        """Somebody else's browser every time; nothing moves in it."""
        context = self.browser.new_context(
            locale=language,
            timezone_id="America/Sao_Paulo",
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        self._open.callback(context.close)
        return context.new_page()

    def session(self, session: str = NEXT_WEEK, language: str = "pt-BR") -> SessionPage:
        return SessionPage(self.tab(language), self.url).open(session)

    def wired_session(self, session: str = NEXT_WEEK) -> tuple[SessionPage, Wire]:
        tab = self.tab()
        wire = Wire(tab)
        return SessionPage(tab, self.url).open(session), wire

    def somebody(self, session: str = NEXT_WEEK) -> Audience:
        """Another person of the audience."""
        person = self.audience.somebody_else()
        person.session = session
        return person

    def free_seats(self, session: str) -> list[str]:
        """In the order of the map."""
        taken = self.somebody(session).taken()
        return [seat for seat in self.programme.sessions[session].room.seats if seat not in taken]

    def sell(self, session: str, groups: Sequence[Sequence[str]]) -> None:
        for seats in groups:
            self.somebody(session).buy(*seats)

    def hold(self, session: str, groups: Sequence[Sequence[str]]) -> None:
        for seats in groups:
            self.somebody(session).hold(*seats)

    def neighbours(self, session: str, number: int) -> list[list[str]]:
        """So many groups of two to four free seats side by side, as people sit."""
        rng = random.Random(4)
        free = self.free_seats(session)
        begins = rng.sample(range(0, len(free) - AT_ONCE, AT_ONCE), number)
        return [free[begin : begin + rng.randint(2, 4)] for begin in begins]


@contextmanager
def open_studio(
    system: System, browser: Browser, camera: Camera, programme: Programme
) -> Iterator[Callable[[], Studio]]:
    """Gives a studio for each scene."""
    with audience_of(system.bookings[0].address) as audience, ExitStack() as scenes:

        def next_scene() -> Studio:
            scenes.close()
            return Studio(system, browser, camera, programme, audience, scenes)

        yield next_scene
