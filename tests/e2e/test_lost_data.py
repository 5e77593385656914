"""Redis loses what it has while pages are open: they show what there is, say that sales are
paused, and come back."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import redis
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import ProgrammePage
from tests.support.services import is_serving
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

NOTICE_SECONDS = 10
REFRESH_MS = 15_000


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Of this module's own: its data is lost."""
    with running_system(tmp_path_factory.mktemp("lost"), pairs=2) as running:
        yield running


def test_a_flush_empties_every_open_and_new_map_and_pauses_sales_until_an_operator_adopts(
    system: System, open_session: OpenPage
) -> None:
    pages = [open_session(gateway=number) for number in range(2)]
    pages[0].hold("F07", "F08")
    pages[1].expect_seat("F07", "held")
    with redis.Redis.from_url(system.redis.url) as connection:
        connection.flushall()
    for page in pages:
        page.wait_line("paused", NOTICE_SECONDS)
        page.expect_seat("F07", "free")
        assert "Vendas pausadas desde" in page.banner
        assert "Avisamos aqui quando voltarem" in page.banner
        assert "sozinha" not in page.banner
    new = open_session(state="paused")
    wait_until(lambda: new.taken() == {}, what="the map of a dataset that is empty")
    for page in (*pages, new):
        expect(page.page.locator("[data-part=activity]")).to_be_hidden()  # "200 of 200 are free"
    adopt(system)
    for page in (*pages, new):
        page.wait_live(NOTICE_SECONDS)
    pages[1].hold("F07")
    for page in (pages[0], new):
        page.expect_seat("F07", "held")


@pytest.mark.nightly
def test_the_programme_says_that_sales_are_paused_instead_of_how_many_seats_are_free(
    system: System, new_page: NewPage
) -> None:
    programmes = [watched(new_page(), system)]
    expect(programmes[0].session("S001")).to_contain_text("lugares livres")
    with redis.Redis.from_url(system.redis.url) as connection:
        connection.flushall()
    wait_until(lambda: not is_serving(system.bookings[0].address), NOTICE_SECONDS)
    programmes[0].page.clock.run_for(REFRESH_MS)
    programmes.append(watched(new_page(), system))
    for programme in programmes:
        expect(programme.page.locator("[data-part=stale]")).to_contain_text("vendas estão pausadas")
        cards = programme.page.locator("[data-session]:not([data-state=ended])")
        expect(cards).to_contain_text(["vendas pausadas"] * cards.count())
        expect(programme.page.locator("main")).not_to_contain_text(re.compile(r"\d lugar"))
    adopt(system)
    wait_until(lambda: is_serving(system.bookings[0].address), NOTICE_SECONDS)
    for programme in programmes:
        programme.page.clock.run_for(REFRESH_MS)
        expect(programme.session("S001")).to_contain_text("lugares livres")
        expect(programme.page.locator("[data-part=stale]")).to_be_empty()


def watched(page: Page, system: System) -> ProgrammePage:
    """The programme, with a clock that is stopped until the test moves it on."""
    page.clock.install()
    return ProgrammePage(page, system.gateways[0].url).open()


def adopt(system: System) -> None:
    """Both booking servers share the folder of their secrets: once is enough."""
    subprocess.run(
        [sys.executable, "booking_service_server.py", "--adopt-dataset"],
        env=system.bookings[0].env,
        timeout=30,
        check=True,
    )


def test_a_redis_that_takes_no_writes_pauses_sales_and_they_come_back_by_themselves(
    system: System, open_session: OpenPage
) -> None:
    page = open_session()
    with redis.Redis.from_url(system.redis.url) as connection:
        connection.config_set("min-replicas-to-write", 1)
        page.wait_line("paused", NOTICE_SECONDS)
        connection.config_set("min-replicas-to-write", 0)
    page.wait_live(NOTICE_SECONDS)
    page.hold("A05")
