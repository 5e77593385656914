"""A real browser takes the data that a page brings along, under the page's strict policy."""

from playwright.async_api import async_playwright, expect

from tests.support import browser as chromium
from tests.support.gateway_in_process import Bench
from tests.support.infra import unavailable

TITLE = '</script><script>document.title = "stolen"</script><!-- &lt;'
# Once its own scripts run, the page uses its data up; this looks before they do.
KEEP_DATA = """
new MutationObserver((_, watcher) => {
  const block = document.getElementById("data");
  if (!block?.textContent) return;
  window.firstData = JSON.parse(block.textContent);
  watcher.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


async def test_a_browser_reads_the_first_data_and_runs_nothing_of_it(bench: Bench) -> None:
    path = chromium.find()
    if path is None:
        unavailable("no Chromium")
    bench.booking.title = TITLE
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = await browser.new_page(locale="en-GB")
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.add_init_script(KEEP_DATA)
        await page.goto(f"{bench.url}/sessao/S001")
        await expect(page.locator('[data-part="title"]')).to_have_text(TITLE)
        assert await page.evaluate("firstData.filme.titulo") == TITLE
        assert await page.evaluate("document.documentElement.lang") == "en"
        assert await page.title() != "stolen"
        assert await page.evaluate("document.scripts.length") == 2  # the data and the page's own
        await browser.close()
    assert complaints == []
