"""What Chromium's own trace says of a page: how long its main thread was kept at a time, and which
frames were missed.

Each task has two lengths: `wall`, by the clock, is what somebody at the page feels; `cpu` is what
the page asked for, and says the same on a busy machine as on a quiet one.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from playwright.async_api import Browser, Page

MAIN = "CrRendererMain"
FRAME_US = 1e6 / 60
LONG_MS = 50  # what the web platform calls a long task
_CATEGORIES = (
    "loading",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
)

Event = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """Milliseconds of the page's main thread, without a pause; `begin` since the trace began."""

    begin: float
    wall: float
    cpu: float


@dataclass
class Trace:
    """Filled when `traced` ends."""

    tasks: list[Task] = field(default_factory=list)
    seconds: float = 0
    first_paint: float | None = None  # the page's first content, ms since the trace began
    raster_cpu_ms: float = 0
    frames_drawn: int = 0
    frames_missed: int = 0
    missed_at_rest: int = 0  # of those: after the last step, when nothing moves any more

    def after_first_paint(self) -> "Trace":
        """The same, without the tasks before."""
        first = self.first_paint or 0
        return replace(self, tasks=[task for task in self.tasks if task.begin > first])

    @property
    def main_busy(self) -> float:
        """The part of a core that the main thread took."""
        return sum(task.cpu for task in self.tasks) / self.seconds / 1_000


@asynccontextmanager
async def traced(browser: Browser, page: Page) -> AsyncIterator[Trace]:
    """Traces the page during the block. Tracing itself costs a little of what it measures."""
    trace = Trace()
    await browser.start_tracing(page=page, categories=list(_CATEGORIES))
    yield trace
    _read(json.loads(await browser.stop_tracing())["traceEvents"], trace)


def _read(events: list[Event], trace: Trace) -> None:
    threads = {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in events
        if event["ph"] == "M" and event["name"] == "thread_name"
    }
    whole = [event for event in events if event["ph"] == "X" and "dur" in event]
    main = [
        event
        for event in whole
        if event["name"] == "RunTask" and threads.get((event["pid"], event["tid"])) == MAIN
    ]
    begin = min(event["ts"] for event in whole)
    trace.tasks = [_task(event, begin) for event in main]
    trace.seconds = (max(event["ts"] + event["dur"] for event in whole) - begin) / 1e6
    paints = [event["ts"] for event in events if event["name"] == "firstContentfulPaint"]
    trace.first_paint = (max(paints) - begin) / 1_000 if paints else None
    trace.raster_cpu_ms = sum(_cpu_ms(event) for event in whole if event["name"] == "RasterTask")
    trace.frames_drawn = sum(event["name"] == "DrawFrame" for event in events)
    missed = [event["ts"] for event in events if event["name"] == "DroppedFrame"]
    last_step = max((event["ts"] for event in events if _is_step(event)), default=inf)
    trace.frames_missed = len(missed)
    trace.missed_at_rest = sum(at > last_step + FRAME_US for at in missed)


def _task(event: Event, begin: float) -> Task:
    return Task((event["ts"] - begin) / 1_000, event["dur"] / 1_000, _cpu_ms(event))


def _is_step(event: Event) -> bool:
    """A step of the wheel or of a finger has reached the page."""
    data = event.get("args", {}).get("data", {})
    return event["name"] == "EventDispatch" and data.get("type") in ("wheel", "touchmove")


def _cpu_ms(event: Event) -> float:
    return float(event.get("tdur", 0)) / 1_000
