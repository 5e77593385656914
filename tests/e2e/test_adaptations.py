"""The page adapts: to large letters, narrow windows and fingers, and to people who want less to
move or to be said."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.audience import Audience
from tests.e2e.conftest import OpenPage
from tests.e2e.page import Buyer, ProgrammePage, SessionPage
from tests.e2e.tab import with_letters
from tests.support.demo_programme import demo, new_room, new_session
from tests.support.system import System, running_system

TWICE = 32  # pixels: twice of what browsers begin with

# What sticks out of the window, and what is cut off where nothing scrolls. A code to be copied may
# be longer than its field; map, legend and days scroll by their nature.
_LOST = """() => {
  const shown = [...document.body.querySelectorAll("*")]
    .filter((node) => node.checkVisibility())
    .filter((node) => !node.closest(
      ".map, .legend, .days, .unseen, .skip, [data-part=list-text], svg, input"));
  const out = shown.filter((node) => node.getBoundingClientRect().right > innerWidth + 1);
  const cut = shown.filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth
    && /hidden|clip/.test(getComputedStyle(node).overflowX));
  const words = (node) => node.textContent.trim().slice(0, 40);
  return [...out, ...cut].map((node) => `${node.tagName}.${node.className}: ${words(node)}`);
}"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With a room in which one row has two prices."""
    mixed = new_session("MISTA", "2037-12-13T17:45:00", room="mista", comum=2400, premium=3000)
    programme = demo(new_room("mista", "A ..P"), mixed)
    folder = tmp_path_factory.mktemp("system")
    with running_system(folder, programme=programme) as running:
        yield running


@pytest.mark.parametrize(
    ("language", "width", "height", "letters"),
    [
        pytest.param("es", 1280, 1024, TWICE, marks=pytest.mark.nightly),
        pytest.param("pt-BR", 768, 1024, TWICE, marks=pytest.mark.nightly),
        pytest.param("pt-BR", 360, 740, TWICE, marks=pytest.mark.nightly),
        pytest.param("en", 360, 740, TWICE, marks=pytest.mark.nightly),
        pytest.param("es", 360, 740, TWICE, marks=pytest.mark.nightly),
        ("es", 320, 640, 16),
    ],
)
def test_nothing_is_lost_with_letters_twice_as_large_or_in_a_narrow_window(
    language: str, width: int, height: int, letters: int, open_session: OpenPage, system: System
) -> None:
    def prepare(page: Page) -> None:
        page.set_viewport_size({"width": width, "height": height})
        with_letters(page, letters)

    page = open_session(language=language, prepare=prepare)
    seats = page.best(2)
    assert page.page.evaluate(_LOST) == []
    page.open_payment()
    page.fill_payment(Buyer("", "111", "ana"))
    page.submit_payment()
    assert page.page.evaluate(_LOST) == []
    page.close_payment()
    page.show_list("A")
    assert page.page.evaluate(_LOST) == []
    page.list_seat(seats[0]).click()
    page.list_seat(seats[1]).click()
    page.expect_seat(seats[1], "free")
    ProgrammePage(page.page, system.gateways[0].url).open()
    assert page.page.evaluate(_LOST) == []


@pytest.mark.nightly
def test_a_finger_is_asked_to_tap_and_a_mouse_to_click(
    system: System, browser: Browser, open_session: OpenPage
) -> None:
    again = open_session().page.locator("[data-part=order-text]")
    expect(again).to_contain_text("Clique de novo para soltar.")
    with browser.new_context(has_touch=True, is_mobile=True, locale="pt-BR") as context:
        phone = SessionPage(context.new_page(), system.gateways[0].url).open()
        again = phone.page.locator("[data-part=order-text]")
        expect(again).to_contain_text("Toque de novo para soltar.")


def test_nothing_moves_for_who_wants_that(open_session: OpenPage, audience: Audience) -> None:
    page = open_session(prepare=lambda tab: tab.emulate_media(reduced_motion="reduce"))
    audience.hold("C03")
    page.expect_seat("C03", "held")
    moving = (
        "() => document.getAnimations().filter(({ effect }) => "
        "effect.getTiming().duration > 1).length"
    )
    assert page.page.evaluate(moving) == 0


# What a screen reader is given: everything that enters a live region, in order.
_LISTEN = """() => {
  window.heard = [];
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const node = target instanceof Element ? target : target.parentElement;
      const text = [...addedNodes].map(({ textContent }) => textContent).join("").trim();
      const isLive = node?.closest("[role=status], [role=alert], [aria-live]");
      if (text && isLive) window.heard.push(text);
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


def test_a_crowd_is_not_read_out_but_what_concerns_the_buyer_is(
    open_session: OpenPage, audience: Audience
) -> None:
    page = open_session()
    page.page.evaluate(_LISTEN)
    crowd = [audience.somebody_else() for _ in range(3)]
    for number, somebody in enumerate(crowd, start=1):
        somebody.hold(f"D{number:02d}", f"E{number:02d}")
        page.expect_seat(f"E{number:02d}", "held")
    open_session()
    expect(page.page.locator("[data-part=activity]")).to_contain_text("2 pessoas vendo")
    assert page.page.evaluate("heard") == []
    page.click("D01")
    page.expect_notice("held")
    assert page.page.evaluate("heard[0]") == page.notice


@pytest.mark.nightly
def test_the_list_says_in_words_what_the_map_shows_and_can_leave_out_what_is_taken(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.hold("A01")
    page = open_session()
    page.show_list("A", "I")
    row = page.page.get_by_role("heading", name="Fila A")
    expect(row).to_have_text("Fila A 19 livres · R$ 32")
    expect(page.list_seat("A01")).to_be_hidden()
    expect(page.list_seat("A05")).to_have_text("5")
    expect(page.list_seat("I05")).to_have_text("5")
    expect(page.page.get_by_role("heading", name="Fila I")).to_have_text(
        "Fila I premium · 20 livres · R$ 44"
    )
    page.page.get_by_label("Só as livres").uncheck()
    expect(page.list_seat("A01")).to_have_text(
        "1, cadeirante, espaço sem poltrona, alguém escolhendo"
    )
    page.page.get_by_label("Só as livres").check()
    audience.release("A01")
    expect(page.list_seat("A01")).to_have_text("1, cadeirante, espaço sem poltrona")
    expect(page.list_seat("A01")).to_be_visible()
    expect(row).to_have_text("Fila A 20 livres · R$ 32")


@pytest.mark.nightly
def test_a_row_without_a_seat_to_choose_is_left_out_but_never_under_the_readers_feet(
    open_session: OpenPage, audience: Audience
) -> None:
    audience.session = "S003"
    page = open_session("S003")
    rows = page.page.locator("[data-row]:visible")
    page.show_list("AA")
    page.list_seat("AA04").focus()
    with_all = rows.count()
    taken = [f"AA{number:02d}" for number in range(1, 11)]
    crowd = [audience.somebody_else() for _ in range(0, len(taken), 5)]
    for number, somebody in enumerate(crowd):
        somebody.hold(*taken[number * 5 : number * 5 + 5])
    expect(page.page.locator("[data-row=AA] h2")).to_contain_text("nenhuma livre")
    expect(page.list_seat("AA04")).to_be_focused()
    page.page.locator("[data-row=A] > summary").focus()
    expect(rows).to_have_count(with_all - 1)


@pytest.mark.nightly
def test_what_a_seat_costs_is_said_where_it_is_not_what_its_row_costs(
    open_session: OpenPage,
) -> None:
    page = open_session("MISTA")
    page.show_list()
    expect(page.page.get_by_role("heading", name="Fila A")).to_have_text(
        "Fila A 3 livres · R$ 24 e R$ 30"
    )
    expect(page.list_seat("A01")).to_have_text("1")
    expect(page.list_seat("A03")).to_have_text("3, premium, R$ 30")
    page.list_seat("A03").click()
    expect(page.list_seat("A03")).to_have_text("3, premium, sua, R$ 30")
    expect(page.page.get_by_role("heading", name="Fila A")).to_have_text(
        "Fila A 2 livres · R$ 24 e R$ 30"
    )
    page.list_seat("A03").click()


@pytest.mark.nightly
def test_the_list_is_still_there_after_a_reload_and_in_another_language(
    open_session: OpenPage,
) -> None:
    page = open_session()
    page.show_list()
    page.page.locator("[data-language=es]").click()
    expect(page.page.locator("html")).to_have_attribute("lang", "es")
    expect(page.page.get_by_role("heading", name="Fila A")).to_be_visible()
    page.page.get_by_role("button", name="Ver como mapa").click()
    expect(page.seat("A01")).to_be_visible()
    assert page.page.url.endswith("/sessao/S001")


@pytest.mark.parametrize(
    ("language", "seat"),
    [
        ("pt-BR", "E10"),
        pytest.param("en", "E12", marks=pytest.mark.nightly),
        pytest.param("es", "E14", marks=pytest.mark.nightly),
    ],
)
def test_a_short_notice_leaves_the_legend_to_be_read(
    language: str, seat: str, open_session: OpenPage, audience: Audience
) -> None:
    page = open_session(
        language=language,
        prepare=lambda tab: tab.set_viewport_size({"width": 1440, "height": 900}),
    )
    audience.hold(seat)
    page.expect_seat(seat, "held")
    page.click(seat)
    page.expect_notice("held")
    legend, notice = (
        page.page.locator(f"[data-part={part}]").bounding_box() for part in ("legend", "notice")
    )
    assert legend
    assert notice
    assert legend["y"] + legend["height"] <= notice["y"]


@pytest.mark.nightly
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_selected_text_has_the_colours_of_the_page(scheme: str, open_session: OpenPage) -> None:
    """As when a code is copied from an order."""
    tab = open_session().page
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ground, text = tab.evaluate(
        """() => ["backgroundColor", "color"]
          .map((name) => getComputedStyle(document.querySelector("h1"), "::selection")[name])"""
    )
    expected = {"light": ("#b54f00", "#fff"), "dark": ("#ffb54a", "#201503")}[scheme]
    assert [ground, text] == tab.evaluate(
        """(colours) => colours.map((colour) => {
          const probe = document.body.appendChild(document.createElement("i"));
          probe.style.color = colour;
          const { color } = getComputedStyle(probe);
          probe.remove();
          return color;
        })""",
        list(expected),
    )
