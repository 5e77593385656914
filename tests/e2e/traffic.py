"""What a page costs on the wire: every answer with its headers, as Chromium's network stack counted it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

Event = dict[str, Any]


@dataclass
class Request:
    url: str
    kind: str  # Document, Stylesheet, Script, Image, Other …
    asked_by: str  # parser: the HTML itself named it
    bytes: int = 0  # 0 as long as nothing came over the wire
    cached: bool = False


@dataclass
class Traffic:
    """Put it in before the page is opened; `forget` begins anew."""

    page: Page
    _requests: dict[str, Request] = field(default_factory=dict)

    def __post_init__(self) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.requestServedFromCache", self._served_from_cache)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def forget(self) -> None:
        self._requests.clear()

    @property
    def requests(self) -> list[Request]:
        """In the order in which they were asked for, without those that a cache answered."""
        return [request for request in self._requests.values() if not request.cached]

    def bytes_by_kind(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for request in self.requests:
            counted[request.kind] += request.bytes
        return counted

    def _asked(self, event: Event) -> None:
        self._requests[event["requestId"]] = Request(
            event["request"]["url"], event.get("type", "Other"), event["initiator"]["type"]
        )

    def _served_from_cache(self, event: Event) -> None:
        self._requests[event["requestId"]].cached = True

    def _answered(self, event: Event) -> None:
        if event["response"].get("fromDiskCache"):
            self._requests[event["requestId"]].cached = True

    def _finished(self, event: Event) -> None:
        self._requests[event["requestId"]].bytes = event["encodedDataLength"]
