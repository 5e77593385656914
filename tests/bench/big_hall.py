"""A hall of 3,000 seats in Chromium: opened, in a storm of 1,000 changes a second, zoomed and swiped.

Redis, booking and the gateway are real; the changes are holds, sales, releases and cancellations of six seats each.
At the end plain text is swiped, to compare.

    python -m tests.bench.big_hall
    python -m tests.bench.big_hall --seconds 10 --rate 200
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from playwright.async_api import Browser, CDPSession, Page, ViewportSize, async_playwright

from tests import browser as chromium
from tests.bench import big_room, report
from tests.bench.chromium_trace import LONG_MS, Task, Trace, traced
from tests.bench.memory import held_by
from tests.bench.stage import one_of_each
from tests.bench.traffic import Traffic, half_full
from tests.services import Gateway

WINDOW: ViewportSize = {"width": 1440, "height": 900}
LIVE_MS = 30_000
STEPS = 40  # of the wheel and of the finger; the wheel is not at its end then
STEP_SECONDS = 1 / 60
WARM_UP_SECONDS = 3
SETTLED_SECONDS = 1.5
# The page keeps the pinch for itself here, too.
PLAIN_TEXT = f"""<div data-part=map style="height: 600px; overflow: auto; touch-action: pan-x pan-y">
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
        """Zooms by the wheel, in or out, a step for each frame of the screen, and waits until it is drawn."""
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


async def measure(seconds: float, rate: float) -> None:
    with one_of_each(big_room.programme()) as (booking, gateway):
        async with grpc.aio.insecure_channel(booking.address) as channel:
            traffic = await half_full(channel, big_room.SESSION, rate)
            async with _open_page(gateway) as (hall, opening):
                report.show("Opening a hall of which half is taken", _opening(opening))
                await _storm(hall, traffic, seconds)
                await _move(hall)


async def _storm(hall: Hall, traffic: Traffic, seconds: float) -> None:
    async with traffic.flowing():
        await asyncio.sleep(WARM_UP_SECONDS)
        before = await held_by(hall.session)
        async with traced(hall.browser, hall.page) as trace:
            begin, changes = time.monotonic(), traffic.changes
            await asyncio.sleep(seconds)
            rate = (traffic.changes - changes) / (time.monotonic() - begin)
        after = await held_by(hall.session)
    report.show(
        f"{rate:,.0f} changes a second on {big_room.SEATS:,} seats for {trace.seconds:.0f} s",
        [*_tasks(trace), ("memory before", str(before)), ("memory after", str(after))],
    )


async def _move(hall: Hall) -> None:
    await asyncio.sleep(
        WARM_UP_SECONDS
    )  # what the storm has left behind in the services is done then
    for name, trace in [
        (f"Zooming in, {STEPS} steps of the wheel", await hall.wheel(-20)),
        (f"A finger across the map, {STEPS} moves", await hall.swipe()),
        (f"Zooming out, {STEPS} steps of the wheel", await hall.wheel(20)),
    ]:
        report.show(name, [*_tasks(trace), *_frames(trace)])
    await hall.page.goto("about:blank")
    await hall.page.set_content(PLAIN_TEXT)
    report.show("The same finger across plain text", _frames(await hall.swipe()))


def _opening(trace: Trace) -> list[tuple[str, str]]:
    first = "never" if trace.first_paint is None else f"after {trace.first_paint:.0f} ms"
    return [
        ("first paint", first),
        ("until then, longest task", _longest(trace.tasks)),
        *_tasks(trace.after_first_paint()),
    ]


def _tasks(trace: Trace) -> list[tuple[str, str]]:
    by_clock = sum(task.wall > LONG_MS for task in trace.tasks)
    by_cpu = sum(task.cpu > LONG_MS for task in trace.tasks)
    return [
        (f"tasks over {LONG_MS} ms", f"{by_clock} by the clock, {by_cpu} by CPU"),
        ("longest task", _longest(trace.tasks)),
        ("main thread", f"{trace.main_busy:.0%} of a core"),
        ("drawing", f"{trace.raster_cpu_ms / trace.seconds / 1_000:.0%} of a core"),
    ]


def _longest(tasks: Sequence[Task]) -> str:
    wall, cpu = max(task.wall for task in tasks), max(task.cpu for task in tasks)
    return f"{wall:.0f} ms by the clock, {cpu:.0f} ms of CPU"


def _frames(trace: Trace) -> list[tuple[str, str]]:
    moving = trace.frames_missed - trace.missed_at_rest
    missed = f"{moving} missed while it moved, {trace.missed_at_rest} when it had come to rest"
    return [("frames", f"{trace.frames_drawn} drawn, {missed}")]


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
            live = page.locator("[data-part=line][data-conexao=ao_vivo]")
            await live.wait_for(timeout=LIVE_MS)
            await asyncio.sleep(SETTLED_SECONDS)
        yield Hall(browser, page, await context.new_cdp_session(page)), trace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="how long the storm is measured")
    parser.add_argument("--rate", type=float, default=1_000, help="changes a second")
    args = parser.parse_args()
    asyncio.run(measure(args.seconds, args.rate))


if __name__ == "__main__":
    main()
