"""A system without Kafka, whose programme has sessions to buy and cancel in, some of them in a
very small room."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from cinema.local_time import SAO_PAULO
from tests.e2e.page import OrderPage, SessionPage
from tests.support.demo_programme import demo, new_room, new_session
from tests.support.system import System, running_system

_IN_THREE_DAYS = datetime.now(SAO_PAULO) + timedelta(days=3)
SMALL = 6  # sessions in the small room


def evening(day: int) -> str:
    """The start of a session in three days, or so many days later."""
    return (_IN_THREE_DAYS + timedelta(days=day)).strftime("%Y-%m-%dT19:00:00")


SOON = evening(0)
OpenOrder = Callable[[SessionPage], OrderPage]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The demo's, with sessions that can be cancelled whatever the time is."""
    programme = demo(
        new_room("pequena", "A .....", "B CA..."),  # ten seats: a quota of four
        new_session("GRANDE", SOON, room="sala-1", comum=3200, premium=4400),
        new_session("CARA", SOON, room="sala-2", comum=3200),
        *(
            new_session(f"P{number}", evening(number), room="pequena", comum=3200)
            for number in range(SMALL)
        ),
    )
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, pairs=2, programme=programme) as running:
        yield running


_small = itertools.count()


@pytest.fixture
def small() -> str:
    """A session of the test's own in the small room."""
    return f"P{next(_small)}"


@pytest.fixture
def open_order(system: System) -> OpenOrder:
    """`open_order(page)`: what was just paid for, in another tab of the buyer's browser, at the
    other gateway."""

    def open_one(page: SessionPage) -> OrderPage:
        tab = page.page.context.new_page()
        return OrderPage(tab, system.gateways[1].url).open(page.order_link)

    return open_one
