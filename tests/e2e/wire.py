"""The line between a page and its gateway, in a test's hands: what was said, and what gets
through."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

from tests.support.waiting import wait_until

Frame = dict[str, Any]
Rule = Callable[[Frame], Iterable[Frame]]


def everything(frame: Frame) -> Iterable[Frame]:
    """A good line."""
    return [frame]


def nothing(_: Frame) -> Iterable[Frame]:
    """A dead line: open, and silent."""
    return []


class Wire:
    """Playwright's proxy on a real page's WebSocket to a real gateway.

    Put it in before the page is opened; it stays through every reconnection.

    `to_page` and `to_gateway` say what becomes of a frame on its way: the frames that arrive
    instead of it. Frames move only while Playwright is asked for something, as every look at the
    page does.
    """

    def __init__(self, page: Page) -> None:
        self.to_page: Rule = everything
        self.to_gateway: Rule = everything
        self.connections = 0
        self._page = page
        self._sent: list[Frame] = []
        self._received: list[Frame] = []
        self._page_side: WebSocketRoute | None = None
        page.route_web_socket(re.compile("/ws/reserva"), self._connect)

    def sent(self, **fields: object) -> list[Frame]:
        """What the page asked for so far, with these fields among others; whether it got through
        or not."""
        self._move()
        return [frame for frame in self._sent if fields.items() <= frame.items()]

    def received(self, **fields: object) -> list[Frame]:
        """What the gateway said so far, with these fields among others; whether the page heard
        it or not."""
        self._move()
        return [frame for frame in self._received if fields.items() <= frame.items()]

    def wait_for(
        self, condition: Callable[[], object], seconds: float = 10, what: str = ""
    ) -> None:
        def met() -> object:
            self._move()
            return condition()

        wait_until(met, seconds, what)

    def deliver(self, *messages: Frame | str | bytes) -> None:
        """To the page, as if the gateway had said it."""
        assert self._page_side is not None
        for message in messages:
            self._page_side.send(json.dumps(message) if isinstance(message, dict) else message)

    def die(self) -> None:
        """Nothing gets through any more, and neither side notices: a cable that was pulled."""
        self.to_page = self.to_gateway = nothing

    def heal(self) -> None:
        self.to_page = self.to_gateway = everything

    def cut(self) -> None:
        """Both sides see the connection end."""
        assert self._page_side is not None
        self._page_side.close(code=1012, reason="cut by a test")

    def _connect(self, page_side: WebSocketRoute) -> None:
        gateway_side = page_side.connect_to_server()
        self._page_side = page_side
        self.connections += 1

        def asked(message: str | bytes) -> None:
            frame = json.loads(message)
            self._sent.append(frame)
            for one in self.to_gateway(frame):
                gateway_side.send(json.dumps(one))

        def arrived(message: str | bytes) -> None:
            frame = json.loads(message)
            self._received.append(frame)
            for one in self.to_page(frame):
                page_side.send(json.dumps(one))

        page_side.on_message(asked)
        gateway_side.on_message(arrived)

    def _move(self) -> None:
        self._page.evaluate("0")
