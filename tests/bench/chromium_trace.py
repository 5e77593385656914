"""What Chromium's own trace says of a page: how long its main thread was kept at a time, and which frames were missed.

Each task has two lengths: `wall`, by the clock, is what somebody at the page feels; `cpu` is what the page asked for,
and says the same on a busy machine as on a quiet one.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page

MAIN = "CrRendererMain"
LONG_MS = 50  # what the web platform calls a long task
_CATEGORIES = (
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
)

Event = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """Milliseconds of the page's main thread, without a pause."""

    wall: float
    cpu: float


@dataclass
class Trace:
    """Filled when `traced` ends."""

    tasks: list[Task] = field(default_factory=list)
    seconds: float = 0
    main_cpu_ms: float = 0
    raster_cpu_ms: float = 0
    frames_drawn: int = 0
    frames_dropped: int = 0

    def long(self) -> list[Task]:
        """Tasks that are long by the clock."""
        return [task for task in self.tasks if task.wall > LONG_MS]

    def longest(self) -> Task:
        return Task(max(task.wall for task in self.tasks), max(task.cpu for task in self.tasks))

    @property
    def main_busy(self) -> float:
        """The part of a core that the main thread took."""
        return self.main_cpu_ms / self.seconds / 1_000


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
    trace.tasks = [Task(event["dur"] / 1_000, _cpu_ms(event)) for event in main]
    trace.main_cpu_ms = sum(task.cpu for task in trace.tasks)
    trace.raster_cpu_ms = sum(_cpu_ms(event) for event in whole if event["name"] == "RasterTask")
    trace.seconds = (max(e["ts"] + e["dur"] for e in whole) - min(e["ts"] for e in whole)) / 1e6
    trace.frames_drawn = sum(event["name"] == "DrawFrame" for event in events)
    trace.frames_dropped = sum(event["name"] == "DroppedFrame" for event in events)


def _cpu_ms(event: Event) -> float:
    return float(event.get("tdur", 0)) / 1_000
