"""Sitting with friends: a link that names seats and nothing else, whatever has become of them."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import NewPage, OpenPage
from tests.e2e.page import OrderPage, SessionPage
from tests.support.demo_programme import demo, new_room, new_session
from tests.support.system import System, running_system
from tests.support.waiting import wait_until

# What a phone has: a share sheet, which remembers what it was given.
SHEET = "navigator.share = (sheet) => { window.shared = sheet; return Promise.resolve(); };"
CLOSED = "navigator.share = () => Promise.reject(new DOMException('', 'AbortError'));"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    programme = demo(
        new_room("dupla", "A ...."),
        new_session("VENCIDA", "2020-12-13T19:00:00", comum=3200),
        new_session("DUPLA", "2099-12-13T19:00:00", room="dupla", comum=3200),
    )
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, programme=programme) as running:
        yield running


def share(page: SessionPage) -> None:
    page.page.locator("[data-part=invite]").click()


@pytest.mark.nightly
def test_the_share_sheet_has_film_hour_seats_and_a_link_that_names_seats_alone(
    open_session: OpenPage,
) -> None:
    page = open_session("S001", prepare=lambda tab: tab.add_init_script(SHEET))
    page.hold("F07", "F08")
    share(page)
    sheet = page.page.wait_for_function("() => window.shared").json_value()
    assert sheet["title"] == "Cinema: O Agente Secreto"
    assert "F07 e F08" in sheet["text"]
    link = urlsplit(sheet["url"])
    assert (link.path, parse_qs(link.query)) == ("/sessao/S001", {"junto": ["F07-F08"]})
    assert link.fragment == ""
    cookie = page.page.context.cookies()[0]["value"]
    assert cookie.split(".")[0] not in str(sheet)
    page.release("F07", "F08")


@pytest.mark.nightly
def test_a_buyer_who_has_paid_invites_to_the_bought_seats(open_session: OpenPage) -> None:
    page = open_session("S001", prepare=lambda tab: tab.add_init_script(SHEET))
    page.hold("B07", "B08")
    page.pay()
    again = open_session("S001", prepare=lambda tab: tab.add_init_script(SHEET), beside=page)
    share(again)
    sheet = again.page.wait_for_function("() => window.shared").json_value()
    assert sheet["url"].endswith("/sessao/S001?junto=B07-B08")
    own = open_session("S001?junto=B07-B08", beside=page)
    own.expect_seat("B07", "bought")
    assert own.notice == ""


@pytest.mark.nightly
def test_the_order_page_invites_too_while_the_order_is_valid(open_session: OpenPage) -> None:
    page = open_session("S001", prepare=lambda tab: tab.add_init_script(SHEET))
    page.hold("C07", "C08")
    page.pay()
    shown = OrderPage(page.page, page.base_url).open(page.order_link)
    tab, invite = page.page, page.page.locator("[data-action=invite]")
    invite.click()
    sheet = tab.wait_for_function("() => window.shared").json_value()
    assert sheet["url"].endswith("/sessao/S001?junto=C07-C08")
    assert "C07 e C08" in sheet["text"]
    expect(tab.locator("[data-part=invited]")).to_be_empty()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.evaluate("() => { delete navigator.share; }")
    invite.click()
    expect(tab.locator("[data-part=invited]")).to_contain_text("Link copiado")
    assert tab.evaluate("() => navigator.clipboard.readText()") == sheet["url"]
    assert shown.overflow == 0
    shown.cancel()
    expect(invite).to_be_hidden()


@pytest.mark.nightly
def test_a_closed_share_sheet_leaves_no_notice(open_session: OpenPage) -> None:
    page = open_session("S001", prepare=lambda tab: tab.add_init_script(CLOSED))
    page.hold("E07")
    share(page)
    page.release("E07")
    assert page.notice == ""


@pytest.mark.nightly
def test_without_a_sheet_the_link_is_copied_and_without_a_clipboard_it_is_shown(
    open_session: OpenPage,
) -> None:
    page = open_session("S001")
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.hold("D07")
    share(page)
    page.expect_notice("invitation", "Link copiado")
    copied = page.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.endswith("/sessao/S001?junto=D07")
    page.page.evaluate(NO_CLIPBOARD)
    share(page)
    page.expect_notice("invitation", copied)
    assert page.offers() == ["Fechar"]
    page.release("D07")


def test_the_invited_sees_the_friends_seats_and_takes_the_one_beside(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.hold("G10", "G11")
    page = open_session("S001?junto=G10-G11")
    page.expect_notice("invitation", "Quem convidou você está nas G10 e G11.")
    wait_until(lambda: page.marked("friend") == ["G10", "G11"], what="friends are marked")
    assert page.marked("beside") == ["G07", "G08", "G09", "G12", "G13", "G14"]
    audience.somebody_else().hold("G08")
    wait_until(
        lambda: page.marked("beside") == ["G09", "G12", "G13", "G14"], what="the marks follow"
    )
    assert page.offers() == ["Pegar G09", "Pegar G12"]
    page.use_notice("Pegar G12")
    page.expect_seat("G12", "mine")
    assert page.marked("friend") == ["G10", "G11"]
    page.release("G12")
    audience.release("G10", "G11")
    wait_until(lambda: page.marked("friend") == [], what="the friends are gone")


@pytest.mark.nightly
def test_seats_that_were_given_back_meanwhile_are_said_to_be_free(open_session: OpenPage) -> None:
    page = open_session("S002?junto=C05-C06")
    page.expect_notice("invitation", "As C05 e C06 do convite estão livres de novo")
    page.use_notice("Pegar C05 e C06")
    assert page.moved_from([], 2) == ["C05", "C06"]
    page.release("C05", "C06")


@pytest.mark.nightly
def test_where_nothing_is_free_beside_the_nearest_is_offered(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "DUPLA"
    audience.hold("A01", "A02", "A03")
    page = open_session("DUPLA?junto=A01-A02")
    page.expect_notice("invitation", "ao lado não há mais poltrona livre")
    assert page.offers() == ["Pegar A04"]
    audience.release("A01", "A02", "A03")


@pytest.mark.nightly
def test_a_session_that_is_over_or_unknown_says_so(
    open_session: OpenPage, system: System, new_page: NewPage
) -> None:
    page = open_session("VENCIDA?junto=F07-F08")
    page.expect_notice("invitation", "não há mais ingressos à venda nesta sessão")
    assert page.marked("friend") == page.marked("beside") == []
    tab = new_page()
    tab.goto(f"{system.gateways[0].url}/sessao/NENHUMA?junto=F07")
    expect(tab.get_by_role("heading")).to_have_text("Esta sessão não existe")


@pytest.mark.nightly
@pytest.mark.parametrize(
    "query",
    [
        "junto=%3Cimg%20src=x%20onerror=alert(1)%3E",
        *(
            pytest.param(query, marks=pytest.mark.nightly)
            for query in [
                "junto=",
                "junto=Z99",
                "junto=" + "-".join(["Z01"] * 500),
                "junto=constructor-__proto__-G10%00",
                "junto=%E0%A4%A",
                "outra=F07",
            ]
        ),
    ],
)
def test_a_link_that_somebody_changed_is_a_map_like_any_other(
    query: str, open_session: OpenPage
) -> None:
    page = open_session(f"S003?{query}")
    page.hold("H15")
    assert page.notice == ""
    assert page.marked("friend") == page.marked("beside") == []
    assert page.page.locator("#grid img, [data-part=notice] img").count() == 0
    page.release("H15")


@pytest.mark.nightly
def test_a_link_with_a_whole_hall_marks_a_basket_of_it(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "S004"
    audience.hold("H15")
    names = "-".join(f"H{number:02d}" for number in range(1, 27))
    page = open_session(f"S004?junto=H15-{names}")
    wait_until(lambda: page.marked("friend") == ["H15"], what="a friend is marked")
    audience.release("H15")


@pytest.mark.nightly
def test_one_s_own_link_says_nothing(open_session: OpenPage) -> None:
    page = open_session("S004")
    page.hold("I12")
    again = open_session("S004?junto=I12", beside=page)
    again.expect_seat("I12", "mine")
    assert again.notice == ""
    assert again.marked("friend") == []
    page.release("I12")
