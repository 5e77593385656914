"""Hubs, their fan-out, send queues and lines: browsers that come, go and stop reading, over sources
that break, skip a version or begin again.

Properties. After each frame a browser's map is a state that the source had, and none is older than
the one before. A queue and a line never grow past their bounds. When the source has settled, every
browser that reads shows its state, its own seats, that sales are live, and how many watch. A
browser that reads is never closed by the server, and one that has stopped always is.
"""

import asyncio
from typing import Any, cast
from unittest.mock import patch

from gateway import fan_out, send_queue
from gateway.actions import Actions
from gateway.admission import Slot
from gateway.booking_client import BookingClient
from gateway.connection import Allowance, Connection
from gateway.endings import NO_PONG, TOO_SLOW
from gateway.hubs import Hubs
from gateway.limits import Address, TokenBucket
from gateway.line import LINGER_SECONDS, PING_SECONDS, Line
from gateway.send_queue import SendQueue
from tests.simulation.browser import HIGH_WATER, Browser, Wrong
from tests.simulation.loop import SimulatedLoop
from tests.simulation.seat_source import TAGS, SeatSource

SESSIONS = ("duna", "ainda")
STEPS = 40
MOST_BROWSERS = 12
REST_SECONDS = 0.05  # between two fan-outs
PAUSES = (0, 0, 0.01, 0.05, 0.3, 2)  # seconds between two steps
SETTLED_SECONDS = 2 * PING_SECONDS + LINGER_SECONDS + 20
# Small, so that few browsers and changes reach them.
MOST_UPDATES = 4
QUEUES_A_TURN = 2


class Hall:
    def __init__(self, loop: SimulatedLoop, group: asyncio.TaskGroup) -> None:
        self.loop = loop
        self.sources = {session_id: SeatSource(loop) for session_id in SESSIONS}
        self.hubs = Hubs(group, cast(BookingClient, self), rest=REST_SECONDS)
        self.browsers: dict[Browser, tuple[str, SendQueue]] = {}
        self._group = group
        self._lines = set[Any]()

    def follow(self, session_id: str) -> Any:
        """Of BookingClient, all that a hub calls."""
        return self.sources[session_id].follow(session_id)

    def open_browser(self) -> None:
        """As gateway.websocket_route does."""
        session_id, tag = self.loop.random.choice(SESSIONS), self.loop.random.choice(TAGS)
        name = f"browser {len(self.browsers)}"
        browser = Browser(self.loop, name, tag, self.sources[session_id].moments)
        hub, line = self.hubs.of(session_id), Line(browser.transport, Slot(), self._lines)
        queue = SendQueue(hub, tag, line)
        clock = self.loop.time
        connection = Connection(
            queue,
            cast(Actions, None),
            Allowance(TokenBucket(100, clock), Address(TokenBucket(100, clock))),
            self._group,
            lambda _: self.hubs.leave(hub, queue),
        )
        hub.add(queue)
        self._group.create_task(line.serve(connection))
        self.browsers[browser] = session_id, queue
        self._group.create_task(browser.read())
        self.loop.note(f"{name} of {tag} opens {session_id}")

    def reading(self) -> list[Browser]:
        return [one for one in self.browsers if not one.transport.is_closing() and one.is_prompt]

    def watching(self, session_id: str) -> int:
        """People who read the session's map."""
        return len({one.tag for one in self.reading() if self.browsers[one][0] == session_id})

    # ---------------------------------------------------------------------------------- properties

    def check_bounds(self) -> None:
        for browser, (_, queue) in self.browsers.items():
            if len(queue._updates) > MOST_UPDATES:
                raise Wrong(f"{browser.name}: {len(queue._updates)} updates wait")
            line = browser.transport
            if len(line.waiting) > HIGH_WATER + 2 * line.largest:
                raise Wrong(f"{browser.name}: its line keeps {len(line.waiting)} bytes")

    def check_settled(self) -> None:
        for browser, (session_id, _) in self.browsers.items():
            code = browser.close_code
            if browser.has_left:
                continue
            if not browser.is_prompt and not browser.transport.is_lost:
                raise Wrong(f"{browser.name} does not read, and its line is still open")
            if browser.is_prompt and browser.transport.is_closing():
                if browser.was_always_prompt or code not in (NO_PONG.code, TOO_SLOW.code, None):
                    raise Wrong(f"{browser.name} reads, and was closed with {code}")
            elif browser.is_prompt:
                self._check_page(browser, session_id)

    def _check_page(self, browser: Browser, session_id: str) -> None:
        source = self.sources[session_id]
        shown = browser.moment, browser.own, browser.live, browser.audience
        real = source.moment, source.own_seats(browser.tag), True, self.watching(session_id)
        if shown != real:
            raise Wrong(f"{browser.name} shows {shown} in the end, and {real} is right")


def _step(hall: Hall) -> None:
    pick = hall.loop.random
    source = pick.choice(list(hall.sources.values()))
    reading = hall.reading()
    browser = pick.choice(reading) if reading else None
    if len(reading) < 2 or (pick.random() < 0.15 and len(hall.browsers) < MOST_BROWSERS):
        hall.open_browser()
    elif browser and pick.random() < 0.2:
        action = pick.choice((browser.stop_reading, browser.leave, browser.ask_for_snapshot))
        hall.loop.note(f"{browser.name}: {action.__name__}")
        action()
    elif pick.random() < 0.6:
        times = pick.choice((1, 1, 1, 2, 8))
        hall.loop.note(f"{times} changes after moment {source.moment}")
        source.change(times)
    else:
        happens = pick.choice(source.incidents())
        hall.loop.note(f"at moment {source.moment}: {happens.__name__}")
        happens()


def _wake_some(hall: Hall) -> None:
    for browser in hall.browsers:
        if not browser.is_prompt and hall.loop.random.random() < 0.3:
            hall.loop.note(f"{browser.name} reads again")
            browser.read_again()


async def play(loop: SimulatedLoop) -> None:
    with (
        patch.object(send_queue, "MOST_UPDATES", MOST_UPDATES),
        patch.object(fan_out, "QUEUES_A_TURN", QUEUES_A_TURN),
    ):
        async with asyncio.TaskGroup() as group:
            hall = Hall(loop, group)
            for _ in range(STEPS):
                _step(hall)
                await asyncio.sleep(loop.random.choice(PAUSES))
                hall.check_bounds()
                if loop.random.random() < 0.1:
                    _wake_some(hall)
            for source in hall.sources.values():
                source.settle()
            await asyncio.sleep(SETTLED_SECONDS)
            hall.check_settled()
            for browser in hall.browsers:
                browser.leave()
            hall.hubs.close()
