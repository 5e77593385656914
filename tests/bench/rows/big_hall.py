"""A hall of 3,000 seats in Chromium: opened, in a storm of 1,000 changes a second, zoomed and
swiped.

Redis, booking and the gateway are real; the changes are holds, sales, releases and cancellations of
six seats each. At the end plain text is swiped, to compare.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf

import grpc
from playwright.async_api import Browser, CDPSession, Page, ViewportSize, async_playwright

from tests.bench import big_room
from tests.bench.chromium_trace import LONG_MS, Task, Trace, traced
from tests.bench.memory import held_by
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import one_of_each
from tests.bench.traffic import Traffic, half_full
from tests.support import browser as chromium
from tests.support.services import Gateway

WINDOW: ViewportSize = {"width": 1440, "height": 900}
LIVE_MS = 30_000
STEPS = 40  # of the wheel and of the finger; the wheel is not at its end then
STEP_SECONDS = 1 / 60
WARM_UP_SECONDS = 3
STORM_SECONDS = 30
CHANGES_A_SECOND = 1_000
MOVES = {
    "zoom_in": f"zooming in, {STEPS} steps of the wheel",
    "swipe": f"a finger across the map, {STEPS} moves",
    "zoom_out": f"zooming out, {STEPS} steps of the wheel",
    "plain": "the same finger across plain text",
}
SETTLED_SECONDS = 1.5
# The page keeps the pinch for itself here, too.
PLAIN_TEXT = f"""<div data-part=map
 style="height: 600px; overflow: auto; touch-action: pan-x pan-y">
<p style="width: 5000px">{"poltrona " * 5_000}</p></div>"""


@dataclass(frozen=True)
class Hall:
    """A page with the map open."""

    browser: Browser
    page: Page
    session: CDPSession

    async def middle(self) -> tuple[float, float]:
        box = await self.page.locator("[data-part=map]").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    async def wheel(self, pixels: float) -> Trace:
        """Zooms by the wheel, in or out, a step for each frame of the screen, and waits until it
        is drawn."""
        x, y = await self.middle()
        turn = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": pixels}
        await self.page.mouse.move(x, y)
        async with traced(self.browser, self.page) as trace, asyncio.TaskGroup() as turning:
            for _ in range(STEPS):
                # Not awaited one by one: the answer comes frames later.
                turning.create_task(self.session.send("Input.dispatchMouseEvent", turn))
                await asyncio.sleep(STEP_SECONDS)
            await asyncio.sleep(SETTLED_SECONDS)
        return trace

    async def swipe(self) -> Trace:
        """One finger across the map."""
        x, y = await self.middle()
        async with traced(self.browser, self.page) as trace:
            await self._touch("touchStart", x, y)
            for step in range(STEPS):
                await self._touch("touchMove", x - 6 * step, y)
                await asyncio.sleep(STEP_SECONDS)
            await self.session.send(
                "Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []}
            )
            await asyncio.sleep(SETTLED_SECONDS)
        return trace

    async def _touch(self, kind: str, x: float, y: float) -> None:
        touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        await self.session.send("Input.dispatchTouchEvent", touch)


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    with one_of_each(big_room.programme()) as (booking, gateway):
        async with grpc.aio.insecure_channel(booking.address) as channel:
            traffic = await half_full(channel, big_room.SESSION, CHANGES_A_SECOND)

            async def one_round() -> Figures:
                async with _open_page(gateway) as (hall, opening):
                    storm = await _storm(hall, traffic, scale.of(STORM_SECONDS))
                    return _opening(opening) | storm | await _move(hall)

            yield one_round


def _opening(trace: Trace) -> Figures:
    """A page that never paints anything is infinitely late."""
    first = inf if trace.first_paint is None else trace.first_paint
    return {
        "first_paint": first,
        "opening_cpu": _longest_cpu(trace.tasks),
        "opened_cpu": _longest_cpu(trace.after_first_paint().tasks),
    }


async def _storm(hall: Hall, traffic: Traffic, seconds: float) -> Figures:
    async with traffic.flowing():
        await asyncio.sleep(WARM_UP_SECONDS)
        before = await held_by(hall.session)
        async with traced(hall.browser, hall.page) as trace:
            begin, changes = time.monotonic(), traffic.changes
            await asyncio.sleep(seconds)
            rate = (traffic.changes - changes) / (time.monotonic() - begin)
        after = await held_by(hall.session)
    return {
        "changes": rate,
        "storm_long": sum(task.cpu > LONG_MS for task in trace.tasks),
        "storm_cpu": _longest_cpu(trace.tasks),
        "storm_main": trace.main_busy * 100,
        "storm_drawing": trace.raster_cpu_ms / trace.seconds / 10,
        "heap_growth": after.heap_mb - before.heap_mb,
        "node_growth": after.nodes - before.nodes,
    }


async def _move(hall: Hall) -> Figures:
    """Zooms in, swipes, zooms out; and swipes plain text, to compare."""
    # What the storm has left behind in the services is done then.
    await asyncio.sleep(WARM_UP_SECONDS)
    traces = {
        "zoom_in": await hall.wheel(-20),
        "swipe": await hall.swipe(),
        "zoom_out": await hall.wheel(20),
    }
    await hall.page.goto("about:blank")
    await hall.page.set_content(PLAIN_TEXT)
    traces["plain"] = await hall.swipe()
    figures = {f"{name}_cpu": _longest_cpu(trace.tasks) for name, trace in traces.items()}
    return figures | {
        f"{name}_missed": trace.frames_missed - trace.missed_at_rest
        for name, trace in traces.items()
    }


def _longest_cpu(tasks: Sequence[Task]) -> float:
    return max(task.cpu for task in tasks)


@asynccontextmanager
async def _open_page(gateway: Gateway) -> AsyncIterator[tuple[Hall, Trace]]:
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(
            executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
        ) as browser,
    ):
        context = await browser.new_context(viewport=WINDOW, has_touch=True)
        page = await context.new_page()
        async with traced(browser, page) as trace:
            await page.goto(f"{gateway.url}/sessao/{big_room.SESSION}")
            live = page.locator("[data-part=line][data-line=live]")
            await live.wait_for(timeout=LIVE_MS)
            await asyncio.sleep(SETTLED_SECONDS)
        yield Hall(browser, page, await context.new_cdp_session(page)), trace


BIG_HALL = Row(
    "big_hall",
    "A hall of 3,000 seats in Chromium, half of them taken",
    "Chromium at 1440 × 900 on a hall of 45 rows, a balcony among them. The changes are holds, "
    "sales, releases and cancellations by other buyers, six seats each, through Redis, booking "
    "and gateway. *Of CPU* is what the page asked for, and is the same on a busy machine; a task "
    "over 50 ms is what browsers call long. The finger's one missed frame is Chromium's own: it "
    "misses it on a page of plain text, too, as soon as the page keeps the pinch for itself.",
    (
        Figure("first_paint", "first paint after", unit="ms"),
        Figure("opening_cpu", "longest task while it opens, of CPU", unit="ms"),
        Figure("opened_cpu", "longest task after the first paint, of CPU", unit="ms"),
        Figure("changes", "changes a second in the storm", better="more"),
        Figure("storm_long", f"tasks over {LONG_MS} ms of CPU in the storm", 0),
        Figure("storm_cpu", "longest task in the storm, of CPU", unit="ms"),
        Figure("storm_main", "main thread in the storm, of a core", unit="%"),
        Figure("storm_drawing", "drawing in the storm, of a core", unit="%"),
        Figure("heap_growth", "growth of the heap in the storm", unit="MB"),
        Figure("node_growth", "growth of the page's nodes in the storm"),
        *(
            figure
            for name, text in MOVES.items()
            for figure in (
                Figure(f"{name}_cpu", f"{text}: longest task, of CPU", unit="ms"),
                Figure(f"{name}_missed", f"{text}: frames missed while it moved"),
            )
        ),
    ),
    _stage,
    rounds=1,
)
