"""Redis loses what it has while pages are open: they show what there is, say that sales are paused, and come back."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import redis

from tests.e2e.conftest import OpenPage
from tests.system import System, running_system

NOTICE_SECONDS = 10


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Of this module's own: its data is lost."""
    with running_system(tmp_path_factory.mktemp("lost"), kafka=False) as running:
        yield running


def test_a_flush_empties_every_open_and_new_map_and_pauses_sales_until_an_operator_adopts(
    system: System, open_session: OpenPage
) -> None:
    pages = [open_session(gateway=number) for number in range(2)]
    pages[0].hold("F07", "F08")
    pages[1].expect_seat("F07", "bloqueado")
    with redis.Redis.from_url(system.redis.url) as connection:
        connection.flushall()
    for page in pages:
        page.wait_line("pausado", NOTICE_SECONDS)
        page.expect_seat("F07", "livre")
        assert "As vendas pararam" in page.banner
    new = open_session(state="pausado")
    assert new.taken() == {}
    adopt(system)
    for page in (*pages, new):
        page.wait_live(NOTICE_SECONDS)
    pages[1].hold("F07")
    for page in (pages[0], new):
        page.expect_seat("F07", "bloqueado")


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
        page.wait_line("pausado", NOTICE_SECONDS)
        connection.config_set("min-replicas-to-write", 0)
    page.wait_live(NOTICE_SECONDS)
    page.hold("A05")
