"""A system without Kafka, whose programme has sessions to buy and cancel in, some of them in a very small room."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cinema.local_time import SAO_PAULO
from deploy import ROOT
from tests.e2e.page import OrderPage
from tests.system import System, running_system

SOON = (datetime.now(SAO_PAULO) + timedelta(days=3)).strftime("%Y-%m-%dT19:00:00")
SMALL = 'fileiras = ["A .....", "B CA..."]'  # ten seats: a quota of four
STAGE = f"""
[[salas]]
id = "pequena"
nome = "Sala Pequena"
{SMALL}

[[sessoes]]
id = "GRANDE"
filme = "vagalume"
sala = "sala-1"
idioma = "dublado"
inicio = {SOON}
precos = {{ comum = 3200, premium = 4400 }}

[[sessoes]]
id = "CARA"
filme = "vagalume"
sala = "sala-1"
idioma = "dublado"
inicio = {SOON}
precos = {{ comum = 3200 }}
"""
SMALL_SESSION = """
[[sessoes]]
id = "P{number}"
filme = "vagalume"
sala = "pequena"
idioma = "dublado"
inicio = {start}
precos = {{ comum = 3200 }}
"""
SMALL_SESSIONS = "".join(SMALL_SESSION.format(number=n, start=SOON) for n in range(6))

OpenOrder = Callable[[str], OrderPage]


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's, with sessions that can be cancelled whatever the time is."""
    file = tmp_path_factory.mktemp("programme") / "programacao.toml"
    file.write_text((ROOT / "programacao.toml").read_text() + STAGE + SMALL_SESSIONS)
    return file


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, programme: Path) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, kafka=False, PROGRAMME_FILE=str(programme)) as running:
        yield running


_small = itertools.count()


@pytest.fixture
def small() -> str:
    """A session of the test's own in the small room."""
    return f"P{next(_small)}"


@pytest.fixture
def open_order(system: System, new_page: Callable[[], Page]) -> OpenOrder:
    return lambda order: OrderPage(new_page(), system.gateways[1].url).open(order)
