"""A session that changes while its map is open, or after its tickets were bought: pages say what
was and what is."""

import re
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.page import Buyer, OrderPage
from tests.support.demo_programme import demo, new_room, new_session
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

START, LATER = "2037-12-13T17:45:00", "2037-12-13T20:30:00"
WHY = "O projetor quebrou."


def session(name: str, start: str = START, more: str = "") -> str:
    entry = new_session(name, start, room=f"sala-{name}", comum=2450)
    return new_room(f"sala-{name}", "A ....", "B ....") + entry.replace("inicio", f"{more}\ninicio")


NAMES = ("MOVIDA", "FECHADA", "APAGADA", "GONE", "BORRADA", "MENOR")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system")
    programme = demo(*map(session, NAMES))
    with running_system(folder, pairs=2, programme=programme) as running:
        yield running


@pytest.fixture
def file(system: System) -> Path:
    return system.folder / "programacao.toml"


def change(file: Path, name: str, start: str = START, more: str = "") -> None:
    text = file.read_text(encoding="utf-8")
    assert session(name) in text
    file.write_text(text.replace(session(name), session(name, start, more)), encoding="utf-8")


def test_an_open_map_says_what_was_and_what_is_and_sells_nothing_of_before(
    file: Path, open_session: OpenPage
) -> None:
    ana, bia = open_session("MOVIDA"), open_session("MOVIDA", gateway=1)
    ana.hold("A01")
    bia.hold("B01")
    bought = bia.pay(Buyer())
    ana.open_payment()
    ana.fill_payment()
    change(file, "MOVIDA", LATER, f'alterada = "{WHY}"')
    expect(ana.closed_title).to_have_text("Esta sessão mudou", timeout=15_000)
    expect(ana.closed_card).to_contain_text(
        re.compile(r"Antes: .*17h45.*Agora: .*20h30.*O projetor quebrou\.")
    )
    ana.submit_payment()
    wait_until(lambda: ana.payment_faults().get(""), what="the payment is refused")
    assert ana.payment_faults()[""] == (
        "A sessão mudou. Nada foi cobrado: recarregue a página e confira."
    )
    ana.close_payment()
    ana.closed_card.get_by_role("link", name="Ver a sessão como está agora").click()
    ana.wait_live()
    expect(ana.page.locator("[data-part=summary]")).to_contain_text("20h30")
    assert ana.banner == WHY
    assert ana.pay(Buyer())
    order = OrderPage(bia.page, bia.base_url).open(bought)
    changed = order.page.locator("[data-part=changed]")
    expect(changed).to_contain_text(WHY)
    expect(changed).to_contain_text(re.compile(r"Antes: .*17h45.*Agora: .*20h30"))
    assert "17h45" in order.fact("when")


@pytest.mark.nightly
def test_seats_of_a_removed_row_can_be_given_back(file: Path, open_session: OpenPage) -> None:
    ana = open_session("MENOR")
    ana.hold("B01")
    text = file.read_text(encoding="utf-8")
    smaller = session("MENOR", more=f'alterada = "{WHY}"').replace(', "B ...."', "")
    file.write_text(text.replace(session("MENOR"), smaller), encoding="utf-8")
    expect(ana.closed_card).to_contain_text("As poltronas desta sessão mudaram.", timeout=15_000)
    ana.page.get_by_role("button", name="Soltar B01").click()
    ana.expect_seat("B01", "free")
    expect(ana.tickets).to_have_count(0)


@pytest.mark.nightly
def test_a_session_that_is_called_off_says_why_and_stays_so(
    file: Path, open_session: OpenPage
) -> None:
    ana = open_session("FECHADA")
    change(file, "FECHADA", more='cancelada = "Faltou energia no cinema."')
    for _ in range(2):
        expect(ana.closed_title).to_have_text("Esta sessão foi cancelada", timeout=15_000)
        expect(ana.closed_card).to_contain_text("Faltou energia no cinema.")
        expect(ana.other_sessions).to_have_count(2)
        ana.page.reload()


@pytest.mark.nightly
def test_a_session_that_begins_while_its_map_is_open_says_that_it_is_over(
    system: System, file: Path, open_session: OpenPage
) -> None:
    begins = datetime.now(ZoneInfo("America/Sao_Paulo")) + timedelta(seconds=15)
    text = file.read_text(encoding="utf-8")
    file.write_text(text + session("AGORA", f"{begins:%Y-%m-%dT%H:%M:%S}"), encoding="utf-8")

    def is_there() -> bool:
        with urllib.request.urlopen(f"{system.gateways[0].url}/api/sessoes") as answer:
            return b"AGORA" in answer.read()

    wait_until(is_there, 15, "it can be bought")
    ana = open_session("AGORA")
    expect(ana.closed_card).to_have_count(0)
    expect(ana.closed_title).to_have_text("Esta sessão já começou", timeout=30_000)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("language", "name", "removed", "unknown"),
    [
        ("pt-BR", "APAGADA", "Esta sessão saiu da programação", "Esta sessão não existe"),
        pytest.param(
            "en",
            "GONE",
            "This screening is no longer on",
            "This screening does not exist",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            "es",
            "BORRADA",
            "Esta función salió de la cartelera",
            "Esta función no existe",
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_a_session_that_is_dropped_says_so_on_its_open_pages_and_at_its_link(
    language: str, name: str, removed: str, unknown: str, file: Path, open_session: OpenPage
) -> None:
    ana = open_session(name, language=language)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(session(name), ""), encoding="utf-8")
    expect(ana.closed_title).to_have_text(removed, timeout=15_000)
    expect(ana.other_sessions).to_have_count(2)
    assert ana.notice == ""
    ana.page.reload()
    expect(ana.page.get_by_role("heading")).to_have_text(unknown)
    expect(ana.other_sessions).to_have_count(2)
