"""A purchase in Firefox, from the programme to the tickets, with a mouse and a keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.audience import Audience
from tests.support import browser
from tests.support.firefox import Firefox, Tab
from tests.support.infra import unavailable
from tests.support.people import made_up_cpf
from tests.support.system import System

SEATS = ("F07", "F08")
DAY = "() => document.querySelector('[data-session=S001]').dataset.day"
LIVE = "[data-part=line][data-line=live]"


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Tab]:
    path = browser.find_firefox()
    if path is None:
        unavailable("no Firefox")
    with Firefox(path, tmp_path) as running, running.tab() as tab:
        yield tab


def seat(name: str, state: str) -> str:
    return f'#grid [data-seat="{name}"][data-state="{state}"]'


@pytest.mark.nightly
def test_a_purchase_in_firefox(system: System, firefox: Tab, audience: Audience) -> None:
    firefox.go_to(f"{system.gateways[0].url}/")
    firefox.wait_for("[data-part=films] article")
    day = firefox.run(DAY)  # tomorrow, after 17h45
    firefox.click(f'[data-part=days] [data-day="{day}"]')
    firefox.click('[data-session="S001"]')
    firefox.wait_for(LIVE)
    audience.hold("F09")
    firefox.wait_for(seat("F09", "held"))
    for name in SEATS:
        firefox.click(seat(name, "free"))
        firefox.wait_for(seat(name, "mine"))
    firefox.click("[data-action=pay]")
    firefox.type("#name", "Ana Souza")
    firefox.type("#cpf", made_up_cpf())
    firefox.type("#email", "ana@exemplo.com.br")
    firefox.click("[data-action=confirm]")

    firefox.wait_for("[data-part=receipt][data-state=confirmado]", timeout=30)
    assert firefox.text("[data-part=total]") == "R$ 64,00"
    for name in SEATS:
        firefox.wait_for(f'[data-part=stubs] [data-ticket="{name}"]')
    assert firefox.problems == []
