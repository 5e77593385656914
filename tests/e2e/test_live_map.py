"""Whatever happens to the line, to the computer or to its clock: the map ends up right, and says
so until then."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage, OpenWired
from tests.e2e.page import SessionPage
from tests.e2e.wire import Frame
from tests.support.system import HOLD_SECONDS, System, running_system
from tests.support.waiting import wait_until

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("system"), pairs=2) as running:
        yield running


# ---------------------------------------------------------------------------- what the gateway says


@pytest.mark.nightly
def test_messages_that_the_page_does_not_know_change_nothing(
    open_wired: OpenWired, audience: Audience
) -> None:
    page, wire = open_wired()
    version = wire.received(evento="estado_inicial")[-1]["versao"]
    strange = [{"evento": "assento_pintado", "assento": "B01"}, {"assento": "B01"}, None, "B01"]

    def with_strange_changes(frame: Frame) -> list[Frame]:
        if frame.get("evento") == "atualizacao":
            frame["mudancas"] += strange
        return [frame]

    wire.to_page = with_strange_changes
    wire.deliver(
        {"evento": "promocao", "assentos": {"B01": {"estado": "ocupado"}}},
        {"evento": "__proto__"},
        {"evento": "atualizacao", "versao": version, "mudancas": "B01"},
        {"evento": "atualizacao", "versao": None, "mudancas": [None]},
        {"status": "talvez", "tipo": "bloqueio", "id": "1"},
        {"status": "ok", "tipo": "bloqueio", "id": "999", "assentos": ["B01"]},
        '["evento", "estado_inicial"]',
        "null",
        "isto não é JSON",
        b"\x00\xff",
    )
    page.hold("B02")
    audience.hold("B03")
    audience.expect_map(page)
    assert page.held() == ["B02"]
    page.release("B02")


def test_a_change_that_got_lost_is_noticed_and_made_up_for(
    open_wired: OpenWired, audience: Audience
) -> None:
    page, wire = open_wired()
    wire.to_page = lambda frame: [] if frame.get("evento") == "atualizacao" else [frame]
    audience.hold("C01")
    wire.wait_for(lambda: wire.received(evento="atualizacao"))
    assert page.seat_state("C01") == "free"
    assert not wire.sent(acao="ressincronizar")

    wire.heal()
    audience.hold("C02")
    audience.expect_map(page)
    assert wire.sent(acao="ressincronizar")


@pytest.mark.nightly
def test_changes_that_come_again_or_late_are_not_believed(
    open_wired: OpenWired, audience: Audience
) -> None:
    page, wire = open_wired()
    heard: list[Frame] = []

    def with_all_before(frame: Frame) -> list[Frame]:
        if frame.get("evento") == "atualizacao":
            heard.append(frame)
        return [frame, *heard, *reversed(heard)]

    wire.to_page = with_all_before
    for seat in ("D01", "D02", "D03"):
        audience.hold(seat)
        page.expect_seat(seat, "held")
        audience.release(seat)
        page.expect_seat(seat, "free")
    audience.expect_map(page)
    assert not wire.sent(acao="ressincronizar")


def test_pages_that_join_in_the_middle_of_a_rush_all_end_in_the_right_map(
    open_session: OpenPage, audience: Audience
) -> None:
    seats = [f"{row}{number:02d}" for row in "EFG" for number in range(1, 21)]
    chance = random.Random(4)

    def rush() -> None:
        for _ in range(15):
            buyer = audience.somebody_else()
            group = chance.sample(seats, 2)
            if not audience.taken().keys() & set(group):
                chance.choice([buyer.hold, buyer.buy])(*group)

    pages = []
    for gateway in (0, 1, 0, 1):
        rush()
        pages.append(open_session(gateway=gateway))
    rush()
    for page in pages:
        audience.expect_map(page)


# ----------------------------------------------------------------------------------- the same buyer


def expect_same_time(one: SessionPage, other: SessionPage) -> None:
    """Asked more than once, since a busy machine looks at one late."""

    def agree() -> bool:
        return abs(one.seconds_left - other.seconds_left) <= 1

    wait_until(agree, what="both tabs show the same time")


@pytest.mark.nightly
def test_two_tabs_of_one_buyer_show_the_same_seats_the_same_time_and_the_same_purchase(
    open_session: OpenPage, audience: Audience
) -> None:
    first = open_session()
    first.hold("H01")
    second = open_session(beside=first)
    second.expect_seat("H01", "mine")
    first.hold("H02")
    second.expect_seat("H02", "mine")
    expect_same_time(first, second)

    second.release("H02")
    first.expect_seat("H02", "free")
    assert first.held() == ["H01"]

    first.pay()
    second.expect_seat("H01", "bought")
    assert second.held() == []
    for page in (first, second):
        audience.expect_map(page)


# --------------------------------------------------------------------- the computer and its network


def test_offline_says_so_and_back_online_the_map_is_right(
    open_wired: OpenWired, audience: Audience
) -> None:
    """Chromium's own "offline" does not always reach a WebSocket that is open: the line is cut
    here as well."""
    page, wire = open_wired()
    page.hold("I01")
    wire.die()
    page.page.context.set_offline(True)
    page.wait_line("offline")
    assert re.fullmatch(
        r"Sem conexão desde \S+\. Reconectando… Suas poltronas continuam guardadas\.", page.banner
    )
    page.click("I02")
    page.expect_notice("not_live")
    assert page.seat_state("I02") == "free"

    audience.hold("I03")
    wire.heal()
    page.page.context.set_offline(False)
    page.wait_live()
    assert page.notice == ""
    audience.expect_map(page)
    page.expect_seat("I01", "mine")
    page.release("I01")


@pytest.mark.nightly
def test_a_laptop_that_slept_finds_the_right_map_soon_after_it_wakes(
    open_wired: OpenWired, open_session: OpenPage, audience: Audience
) -> None:
    """As Linux sleeps: the line dies unheard, timers stop, and the wall clock goes on."""
    page, wire = open_wired(prepare=lambda tab: tab.clock.install())
    page.hold("J01", "J02")
    beside = open_session(beside=page)
    wire.die()
    beside.release("J01")
    audience.take("J01")

    page.page.clock.set_system_time(datetime.now() + HOUR)
    wire.wait_for(lambda: page.line == "reconnecting", what="the page doubts its line")
    wire.heal()
    page.wait_live()
    audience.expect_map(page)
    wait_until(lambda: page.held() == ["J02"], what="the hold that is left")
    expect_same_time(page, beside)
    beside.release("J02")


@pytest.mark.nightly
def test_a_lid_that_was_closed_for_long_opens_on_the_right_map(
    open_wired: OpenWired, audience: Audience
) -> None:
    """As other systems sleep: all clocks jump, and every timer is due at once."""
    page, wire = open_wired(prepare=lambda tab: tab.clock.install())
    wire.die()
    audience.hold("J03")
    wire.wait_for(lambda: any("J03" in str(frame) for frame in wire.received(evento="atualizacao")))

    page.page.clock.fast_forward("10:00:00")
    wire.wait_for(lambda: page.line == "reconnecting", what="the page doubts its line")
    wire.heal()
    page.wait_live()
    audience.expect_map(page)


@pytest.mark.parametrize(
    "wrong_by",
    [
        pytest.param(HOUR, id="an hour fast"),
        pytest.param(-HOUR, id="an hour slow", marks=pytest.mark.nightly),
    ],
)
def test_a_wrong_clock_does_not_touch_what_is_left_of_a_hold(
    wrong_by: timedelta, open_session: OpenPage, audience: Audience
) -> None:
    def set_wrong(tab: Page) -> None:
        tab.clock.install(time=datetime.now() + wrong_by)

    page = open_session(prepare=set_wrong)
    page.hold("J05")
    assert HOLD_SECONDS - 10 <= page.seconds_left <= HOLD_SECONDS
    before = page.seconds_left
    page.page.clock.set_system_time(datetime.now())  # corrected in the middle of the hold
    wait_until(lambda: page.seconds_left != before, what="the countdown's next second")
    assert HOLD_SECONDS - 20 <= page.seconds_left < before
    page.expect_seat("J05", "mine")
    page.release("J05")
    audience.take("J05")  # given back in booking, not on the page alone
    audience.release("J05")


def test_a_seat_that_went_to_somebody_else_unheard_is_refused_and_not_charged(
    open_session: OpenPage, open_wired: OpenWired, audience: Audience
) -> None:
    """The news has not reached the page when the buyer presses "Pagar"."""
    page, wire = open_wired()
    page.hold("D01")
    beside = open_session(beside=page)
    page.open_payment()
    page.fill_payment()
    wire.to_page = lambda frame: [frame] if "status" in frame else []
    beside.release("D01")
    audience.take("D01")

    page.submit_payment()
    wire.wait_for(lambda: page.payment_faults().get(""), what="it is refused in words")
    assert audience.taken()["D01"] == "held"
    wire.heal()
    audience.hold("D20")  # a later change shows the page that it missed some
    page.expect_dialog("expired")
    page.close_payment()
    page.expect_seat("D01", "held")
