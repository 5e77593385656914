"""The first visit to a map on a phone far away: 400 ms to the gateway, 50 KB a second, a quarter
of this processor."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

from deploy import ROOT
from deploy.ports import LOOPBACK
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import one_of_each
from tests.support import browser as chromium
from tests.support.services import Gateway

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
SLOW = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000, "offline": False}
SLOWER_PROCESSOR = 4
LIVE_MS = 60_000
# A name that is not "localhost": Chromium offers Brotli to that alone without TLS, and gzip to
# others.
ELSEWHERE = "cinema.test"
WHEN_LIVE = """
new MutationObserver((_, watcher) => {
  if (!document.querySelector("[data-part=line][data-line=live]")) return;
  watcher.disconnect();
  const { dataset } = document.documentElement;
  requestAnimationFrame(() => setTimeout(() => { dataset.liveAt = performance.now(); }));
}).observe(document, { childList: true, subtree: true, attributes: true });
"""
LIVE_AT = "Number(document.documentElement.dataset.liveAt)"
FIRST_CONTENT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@asynccontextmanager
async def _stage(_: Scale) -> AsyncIterator[Round]:
    programme = (ROOT / "programacao.toml").read_text(encoding="utf-8")
    with one_of_each(programme, ALLOWED_HOSTS=ELSEWHERE) as (_booking, gateway):
        async with (
            async_playwright() as playwright,
            await playwright.chromium.launch(
                executable_path=chromium.find(),
                args=["--no-sandbox", f"--host-resolver-rules=MAP {ELSEWHERE} {LOOPBACK}"],
            ) as browser,
        ):

            async def one_round() -> Figures:
                return await _visit(browser, gateway)

            yield one_round


async def _visit(browser: Browser, gateway: Gateway) -> Figures:
    context = await browser.new_context(**PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    sizes = await _slowed(page)
    await page.add_init_script(WHEN_LIVE)
    await page.goto(f"http://{ELSEWHERE}:{gateway.port}/sessao/S001", wait_until="commit")
    await page.locator("html[data-live-at]").wait_for(timeout=LIVE_MS)
    await page.wait_for_load_state("networkidle")
    first, live = await page.evaluate(f"[{FIRST_CONTENT}, {LIVE_AT}]")
    await context.close()
    return {
        "first_content": first,
        "usable": live,
        "requests": len(sizes),
        "kilobytes": sum(sizes) / 1_000,
    }


async def _slowed(page: Page) -> list[int]:
    """The bytes of each answer with its headers, as they come."""
    session = await page.context.new_cdp_session(page)
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await asyncio.gather(
        session.send("Network.enable"),
        session.send("Network.emulateNetworkConditions", SLOW),
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR}),
    )
    return sizes


SLOW_PHONE = Row(
    "slow_phone",
    "The first visit to a map on a slow phone",
    "Chromium at 390 × 844 with the processor slowed down to a quarter, 400 ms added to each "
    "answer and "
    "50 KB a second for all of them, over gzip; a hall of 200 seats. Film, hour and the hall's "
    "outline "
    "come first; the map can be used once it is live and drawn.",
    (
        Figure("first_content", "film, hour and outline after", 1_500, unit="ms"),
        Figure("usable", "the map can be used after", 3_500, unit="ms"),
        Figure("requests", "requests", 12),
        Figure("kilobytes", "with all headers", 60, unit="KB"),
    ),
    _stage,
)
