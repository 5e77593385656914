"""What a page costs on the wire: every answer with its headers, as Chromium's network stack
counted it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.support.waiting import wait_until

Event = dict[str, Any]


@dataclass
class Request:
    url: str
    kind: str  # Document, Stylesheet, Script, Image, Other …
    asked_by: str  # parser: the HTML itself named it
    bytes: int = 0  # stays 0 where a cache answered
    ended: bool = False


@dataclass
class PageWeight:
    """Put it in before the page is opened; `settle` before it is read; `forget` counts from 0."""

    page: Page
    _requests: dict[str, Request] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._session = session = self.page.context.new_cdp_session(self.page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", self._failed)
        session.send("Network.enable")

    def slow_down(self) -> None:
        """A phone far away: 400 ms to the gateway, 50 KB a second, a quarter of this processor."""
        line = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
        self._session.send("Network.emulateNetworkConditions", {"offline": False, **line})
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": 4})

    def settle(self) -> None:
        """Wait until the page asks for nothing more and everything it asked for is there.

        "networkidle" alone says that of half a second which, on a busy machine, may have been a
        pause.
        """
        self.page.wait_for_load_state("networkidle")
        wait_until(self._all_ended, what="everything that the page asked for is there")

    def forget(self) -> None:
        self._requests.clear()

    @property
    def requests(self) -> list[Request]:
        """In the order in which they were asked for: those to which something came over the
        wire."""
        return [request for request in self._requests.values() if request.bytes]

    def bytes_by_kind(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for request in self.requests:
            counted[request.kind] += request.bytes
        return counted

    def _asked(self, event: Event) -> None:
        self._requests[event["requestId"]] = Request(
            event["request"]["url"], event.get("type", "Other"), event["initiator"]["type"]
        )

    def _finished(self, event: Event) -> None:
        self._requests[event["requestId"]].bytes = event["encodedDataLength"]
        self._requests[event["requestId"]].ended = True

    def _failed(self, event: Event) -> None:
        self._requests[event["requestId"]].ended = True

    def _all_ended(self) -> bool:
        self.page.evaluate("0")  # events arrive only while Playwright is asked for something
        return all(request.ended for request in self._requests.values())
