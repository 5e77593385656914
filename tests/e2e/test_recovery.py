"""Services die while pages are open and somebody is paying: every page recovers by itself, and
nobody pays twice."""

import json
import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import NewPage, OpenPage, OpenWired
from tests.e2e.page import SessionPage
from tests.e2e.tab import Tab
from tests.e2e.wire import Frame, Rule, Wire
from tests.support.processes import LocalProcess
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

OUTAGE = 10  # seconds
LOOK_SECONDS = 0.2  # between two looks at a page that must not change
RECOVERY = 30  # seconds, for a machine that is busy with other things

VICTIMS: dict[str, Callable[[System], LocalProcess]] = {
    "gateway": lambda system: system.gateways[0],
    "booking": lambda system: system.bookings[0],
    "redis": lambda system: system.redis,
    "listener": lambda system: system.listener,
    "producer": lambda system: system.producer,
    "consumer": lambda system: system.consumer,
}
# The others at night. Booking has a longer outage below; tests/faults kills all of them.
BY_DAY = ("gateway", "redis")


@pytest.fixture(scope="module")
def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """With Kafka and its consumer where the parameter says so."""
    kafka = getattr(request, "param", False)
    with running_system(tmp_path_factory.mktemp("system"), kafka=kafka, pairs=2) as running:
        yield running


@pytest.fixture(scope="module")
def watchers(browser: Browser, system: System) -> Iterator[list[SessionPage]]:
    """Two people who look on through everything, one at each gateway, each with a seat on hold."""
    contexts = [browser.new_context(locale="pt-BR") for _ in system.gateways]
    pages = [
        SessionPage(context.new_page(), gateway.url).open()
        for context, gateway in zip(contexts, system.gateways, strict=True)
    ]
    for page, seat in zip(pages, ("J01", "J20"), strict=True):
        page.hold(seat)
    yield pages
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("system", "victim", "seat"),
    [
        pytest.param(False, victim, seat, id=victim)
        if victim in BY_DAY
        else pytest.param(True, victim, seat, id=victim, marks=pytest.mark.nightly)
        for victim, seat in zip(VICTIMS, "BCDEFG", strict=True)
    ],
    indirect=["system"],
    scope="module",
)
def test_every_page_recovers_by_itself_when_it_is_killed_during_a_purchase(
    victim: str,
    seat: str,
    system: System,
    watchers: list[SessionPage],
    open_wired: OpenWired,
    audience: Audience,
) -> None:
    part = VICTIMS[victim](system)
    buyer, wire = open_wired()
    buyer.hold(f"{seat}01", f"{seat}02")
    buyer.open_payment()
    buyer.fill_payment()
    wire.to_gateway = _killing(part, wire)
    buyer.submit_payment()
    wire.wait_for(lambda: not part.running, what=f"{victim} is killed")
    part.start()

    order = buyer.paid(seconds=RECOVERY)
    _asked_with_one_key(wire)
    for page in (buyer, *watchers):
        page.wait_live(seconds=RECOVERY)
        audience.expect_map(page, seconds=RECOVERY)
    assert [page.held() for page in watchers] == [["J01"], ["J20"]]
    audience.somebody_else().hold(f"{seat}20")
    for page in watchers:
        page.expect_seat(f"{seat}20", "held")
        assert page.problems == []
    _recorded_once(system, f"{seat}01", order)


def test_booking_away_for_ten_seconds_during_a_payment_means_checking_then_paid_once(
    system: System, open_wired: OpenWired, open_session: OpenPage, audience: Audience
) -> None:
    booking = system.bookings[0]
    other = open_session(gateway=1)
    page, wire = open_wired()
    page.hold("H01")
    page.open_payment()
    page.fill_payment()
    wire.to_gateway = _killing(booking, wire)
    page.submit_payment()
    page.expect_dialog("checking")
    assert "Você não paga duas vezes" in page.dialog_text
    away_since = time.monotonic()
    while time.monotonic() - away_since < OUTAGE:
        assert page.dialog_state == "checking"
        assert other.line == "live"
        time.sleep(LOOK_SECONDS)
    page.wait_line("paused")

    booking.start()
    order = page.paid(seconds=RECOVERY)
    assert len(_asked_with_one_key(wire)) > 1
    page.wait_live()
    for one in (page, other):
        audience.expect_map(one)
    page.expect_seat("H01", "bought")
    other.expect_seat("H01", "sold")
    _recorded_once(system, "H01", order)


def test_an_answer_that_got_lost_is_asked_for_again_and_found(
    system: System, open_wired: OpenWired
) -> None:
    page, wire = open_wired()
    page.hold("H04", "H05")
    _pay_and_lose_the_answer(page, wire)
    wire.cut()
    page.expect_dialog("checking")
    wire.heal()
    order = page.paid()
    assert len(_asked_with_one_key(wire)) > 1
    _recorded_once(system, "H04", order)


def test_a_browser_that_loses_its_cookie_with_the_answer_still_learns_that_it_has_paid(
    system: System, open_wired: OpenWired
) -> None:
    page, wire = open_wired()
    page.hold("A05", "A06")
    _pay_and_lose_the_answer(page, wire)
    page.page.context.clear_cookies()
    wire.cut()
    page.expect_dialog("checking")
    wire.heal()
    order = page.paid()
    _recorded_once(system, "A05", order)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("reason", "seat"),
    [
        ("indisponivel", "I15"),
        pytest.param("excesso_de_mensagens", "I12", marks=pytest.mark.nightly),
    ],
)
def test_a_try_that_was_not_looked_at_is_no_answer_to_the_one_before(
    system: System, open_wired: OpenWired, reason: str, seat: str
) -> None:
    page, wire = open_wired()
    page.hold(seat)
    _pay_and_lose_the_answer(page, wire)
    refused: list[Frame] = []

    def refuse_once(frame: Frame) -> list[Frame]:
        if refused or frame.get("tipo") != "confirmacao_pagamento":
            return [frame]
        refused.append({**frame, "status": "erro", "motivo": reason, "mensagem": "Agora não."})
        return refused

    wire.cut()
    page.expect_dialog("checking")
    wire.to_page = refuse_once
    _recorded_once(system, seat, page.paid())
    assert refused


@pytest.mark.nightly
def test_a_refusal_after_an_unknown_answer_does_not_say_that_nothing_was_charged(
    open_wired: OpenWired,
) -> None:
    page, wire = open_wired()
    page.hold("J05")
    _pay_and_lose_the_answer(page, wire)

    def refuse(frame: Frame) -> list[Frame]:
        if frame.get("tipo") != "confirmacao_pagamento":
            return [frame]
        return [{**frame, "status": "erro", "motivo": "dados_invalidos", "campos": {}}]

    wire.cut()
    page.expect_dialog("checking")
    wire.to_page = refuse
    page.expect_dialog("expired")
    assert page.payment_faults()[""].startswith("Não deu para saber")


def test_a_page_that_was_reloaded_while_the_answer_was_not_known_learns_it(
    system: System, open_wired: OpenWired
) -> None:
    page, wire = open_wired()
    page.hold("H08", "H09")
    _pay_and_lose_the_answer(page, wire)
    page.page.reload()
    wire.heal()
    order = page.paid()
    assert len(_asked_with_one_key(wire)) > 1
    _recorded_once(system, "H08", order)


def test_a_gateway_that_is_restarted_finds_its_pages_with_their_holds_and_the_right_map(
    system: System, open_session: OpenPage, audience: Audience
) -> None:
    pages = [open_session(), open_session(), open_session(gateway=1)]
    for page, seat in zip(pages, ("I01", "I03", "I05"), strict=True):
        page.hold(seat)
    system.gateways[0].terminate()
    for page in pages[:2]:
        page.wait_line("reconnecting")
        page.click("I10")
        page.expect_notice("not_live")
    pages[2].hold("I06")
    audience.hold("I08")

    system.gateways[0].start()
    for page in pages:
        page.wait_live(seconds=RECOVERY)
        audience.expect_map(page)
    assert [page.held() for page in pages] == [["I01"], ["I03"], ["I05", "I06"]]
    pages[0].release("I01")
    pages[2].expect_seat("I01", "free")


def test_pages_that_are_opened_while_booking_is_away_show_their_content_once_it_is_back(
    system: System, new_page: NewPage, audience: Audience
) -> None:
    paths = {
        "/": "[data-part=films] article",
        "/sessao/S001": '[data-line="live"]',
        f"/pedido/{audience.buy('I20')}": '[data-part=receipt][data-state="confirmado"]',
    }
    system.bookings[0].kill()
    tabs = {path: Tab(new_page(), system.gateways[0].url) for path in paths}
    for path, tab in tabs.items():
        tab.page.goto(tab.base_url + path)
    for tab in tabs.values():
        expect(tab.page.locator("body")).to_contain_text("Vamos continuar tentando")

    system.bookings[0].start()
    for path, tab in tabs.items():
        expect(tab.page.locator(paths[path]).first).to_be_visible(timeout=RECOVERY * 1000)
        assert tab.problems == []


def _killing(part: LocalProcess, wire: Wire) -> Rule:
    """What passes is good until somebody pays: with that, the part dies."""

    def passed(frame: Frame) -> Iterable[Frame]:
        if frame["acao"] == "confirmar_pagamento":
            part.kill()
            wire.heal()
        return [frame]

    return passed


def _pay_and_lose_the_answer(page: SessionPage, wire: Wire) -> None:
    page.open_payment()
    page.fill_payment()
    wire.to_page = lambda frame: [] if frame.get("tipo") == "confirmacao_pagamento" else [frame]
    page.submit_payment()
    wire.wait_for(lambda: wire.received(tipo="confirmacao_pagamento", status="ok"))
    assert page.dialog_state == "sending"


def _asked_with_one_key(wire: Wire) -> list[Frame]:
    """Every request to pay; they are the same but for the request's own number."""
    asked = wire.sent(acao="confirmar_pagamento")
    assert asked
    assert all({**one, "id": ""} == {**asked[0], "id": ""} for one in asked)
    return asked


def _recorded_once(system: System, seat: str, order: str) -> None:
    def orders() -> list[str]:
        if not system.ledger.exists():
            return []
        records = json.loads(system.ledger.read_text())
        return [record["pedido_id"] for record in records if seat in record["assentos"]]

    wait_until(orders, RECOVERY, f"the sale of {seat} is recorded")
    assert orders() == [order]
