"""Time that runs out, and seats that go to others, while somebody fills in the payment."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage, OpenWired
from tests.e2e.page import ANA
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

SECONDS = 15  # the last third of a short hold is what it is warned of: time enough to be seen


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Holds end soon, and a buyer may have a seat again one second after losing it."""
    folder = tmp_path_factory.mktemp("system")
    settings = {"HOLD_SECONDS": str(SECONDS), "HOLD_COOLDOWN_SECONDS": "1"}
    with running_system(folder, kafka=False, pairs=1, **settings) as running:
        yield running


def test_a_hold_that_ends_while_typing_costs_nothing_and_keeps_what_was_typed(
    open_wired: OpenWired, audience: Audience
) -> None:
    page, wire = open_wired()
    page.hold("B01")
    page.open_payment()
    page.fill_payment()
    email = page.dialog.locator("[name=email]")
    email.fill("")
    email.press_sequentially("ana@exem")
    page.expect_notice("last_minute", seconds=SECONDS)
    page.expect_dialog("expired", seconds=2 * SECONDS)
    assert "Nada foi cobrado" in page.dialog_text
    assert email.input_value() == "ana@exem"
    assert audience.taken() == {}

    page.use_notice("Pegar de novo")
    page.expect_dialog("form")
    email.focus()
    email.press_sequentially("plo.com.br")
    email.press("Enter")
    assert page.paid()
    (asked,) = wire.sent(acao="confirmar_pagamento")
    assert asked["pagamento"]["email"] == ANA.email
    assert audience.taken() == {"B01": "sold"}


def test_a_seat_that_is_lost_while_the_dialog_is_open_is_named_and_not_paid_for(
    open_wired: OpenWired, audience: Audience
) -> None:
    page, wire = open_wired()
    page.hold("C01")
    wait_until(lambda: page.seconds_left <= SECONDS / 2, SECONDS, "half of C01's time is over")
    page.hold("C02")
    page.open_payment()
    page.fill_payment()
    audience.take("C01", seconds=2 * SECONDS)

    expect(page.dialog).to_contain_text("Suas poltronas mudaram. Confira antes de pagar: C02.")
    expect(page.pay_button).to_have_text("Pagar R$ 32,00")
    page.submit_payment()
    assert page.paid()
    (asked,) = wire.sent(acao="confirmar_pagamento")
    assert asked["assentos"] == ["C02"]
    assert {seat: audience.taken().get(seat) for seat in ("C01", "C02")} == {
        "C01": "held",
        "C02": "sold",
    }


@pytest.mark.nightly
def test_more_time_is_offered_once_it_wins_some(open_session: OpenPage) -> None:
    page = open_session()
    page.hold("E01")
    expect(page.page.get_by_role("timer")).to_be_visible()
    expect(page.more_time).to_be_hidden()
    expect(page.more_time).to_be_visible(timeout=1000 * SECONDS)
    page.more_time.click()
    page.expect_notice("extended")
    expect(page.more_time).to_be_hidden()
    expect(page.page.locator("[data-part=order-title]")).to_be_focused()
    page.release("E01")


@pytest.mark.nightly
def test_a_warning_comes_in_time_to_ask_for_more(open_session: OpenPage) -> None:
    page = open_session()
    page.hold("D01")
    page.expect_notice("last_minute", seconds=SECONDS)
    assert page.seconds_left > 0
    page.use_notice("Mais tempo")
    page.expect_notice("extended")
    wait_until(lambda: page.seconds_left > SECONDS / 2, 2, "the clock starts again")
    page.release("D01")
