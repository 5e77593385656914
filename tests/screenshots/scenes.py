"""Every state of the pages, each brought about as it comes about.

A scene's pictures carry the names given here.
"""

import re
from collections.abc import Callable, Iterable

from playwright.sync_api import expect

from tests.bench import big_room
from tests.e2e.checkout import Buyer
from tests.e2e.order_page import OrderPage
from tests.e2e.programme_page import ProgrammePage
from tests.e2e.session_page import SessionPage
from tests.e2e.wire import Frame
from tests.screenshots.studio import AT_ONCE, NEXT_WEEK, OVER, Studio

SOLD_OUT = "S006"
NOBODY_KNOWS = "/sessao/NADA", "/pedido/12-AAAAAAAAAAAAAAAAAAAAAA", "/nada"

Scene = Callable[[Studio], None]


def evening(studio: Studio) -> None:
    """Not a state: what has been sold before anybody looks."""
    studio.sell(NEXT_WEEK, studio.neighbours(NEXT_WEEK, 14))
    studio.sell("S001", studio.neighbours("S001", 9))
    studio.sell("S003", studio.neighbours("S003", 30))
    seats = studio.free_seats(SOLD_OUT)
    studio.sell(SOLD_OUT, [seats[n : n + AT_ONCE] for n in range(0, len(seats), AT_ONCE)])


def programme(studio: Studio) -> None:
    page = ProgrammePage(studio.tab(), studio.url).open()
    studio.take(page.page, "programme")
    page.show(NEXT_WEEK)
    studio.take(page.page, "programme-of-another-day")
    nothing = studio.tab()
    nothing.route("**/api/sessoes", lambda route: route.fulfill(json={"sessoes": []}))
    ProgrammePage(nothing, studio.url).open()
    with nothing.expect_response("**/api/sessoes"):
        nothing.evaluate("dispatchEvent(new Event('online'))")
    expect(nothing.locator(".nothing")).to_be_visible()
    studio.take(nothing, "programme-empty")


def seat_map(studio: Studio) -> None:
    studio.hold(NEXT_WEEK, studio.neighbours(NEXT_WEEK, 4))
    studio.take(studio.session().page, "map")
    for language in ("en", "es"):
        studio.take(studio.session(language=language).page, f"map-{language}")
    studio.take(studio.session("S003").page, "map-with-balcony")


def held(studio: Studio) -> None:
    page = studio.session()
    page.best(2)
    studio.take(page.page, "held")
    page.choose(page.held()[0], "meia_estudante")
    page.close_notice()
    studio.take(page.page, "held-with-tickets")
    page.show_list("A", "I")
    studio.take(page.page, "list")


def conflicts(studio: Studio) -> None:
    page, wire = studio.wired_session()
    wire.to_page = _without_news
    lost = _in_the_middle(studio)
    studio.hold(NEXT_WEEK, [[lost]])
    page.click(lost)
    page.expect_notice("assento_indisponivel")
    studio.take(page.page, "conflict")


def advice(studio: Studio) -> None:
    page = studio.session("S004")
    page.hold("B02", "B03")
    page.press_pay()
    expect(page.page.locator("[data-part=advice]")).to_be_visible()
    studio.take(page.page, "lonely-seat")


def payment(studio: Studio) -> None:
    page = _ready_to_pay(studio)
    page.pix_code()
    studio.take(page.page, "payment-pix")
    page.fill_payment(Buyer("<b>", "111.111.111-11", "ana@@exemplo,com"))
    page.submit_payment()
    page.page.locator("#name-error:not(:empty)").wait_for()
    studio.take(page.page, "payment-errors")
    page.fill_payment()
    page.choose_method("cartao_recusado")
    studio.take(page.page, "payment-card")
    page.submit_payment()
    page.page.locator("[data-part=payment-error]:not(:empty)").wait_for()
    studio.take(page.page, "payment-declined")


def checking(studio: Studio) -> None:
    page, wire = studio.wired_session()
    page.best(1)
    page.open_payment()
    page.fill_payment()
    wire.die()
    page.submit_payment()
    page.expect_dialog("checking", seconds=30)
    studio.take(page.page, "payment-checking")


def paid(studio: Studio) -> None:
    page = _ready_to_pay(studio)
    page.fill_payment()
    page.submit_payment()
    order = page.paid()
    studio.take(page.page, "paid")
    link = page.order_link
    shown = OrderPage(page.page, studio.url).open(order)
    shown.expect_mail("enviado")
    studio.take(shown.page, "order")
    studio.take(OrderPage(studio.tab("en"), studio.url).open(link).page, "order-forwarded-en")
    shown.cancel()
    studio.take(shown.page, "order-cancelled")


def nothing_to_sell(studio: Studio) -> None:
    sold_out = studio.session(SOLD_OUT)
    expect(sold_out.other_sessions).to_have_count(2)
    studio.take(sold_out.page, "sold-out")
    studio.take(studio.session(OVER).page, "over")


def unknown(studio: Studio) -> None:
    for path, name in zip(
        NOBODY_KNOWS, ("unknown-session", "unknown-order", "unknown-address"), strict=True
    ):
        page = studio.tab()
        page.goto(f"{studio.url}{path}")
        expect(page.get_by_role("heading")).to_have_text(re.compile("não", re.IGNORECASE))
        studio.take(page, name)


def bad_lines(studio: Studio) -> None:
    page, wire = studio.wired_session()
    wire.deliver({"evento": "situacao", "ao_vivo": False})
    page.wait_line("paused")
    studio.take(page.page, "paused")
    wire.die()
    wire.cut()
    page.wait_line("reconnecting")
    studio.take(page.page, "reconnecting")
    page.page.context.set_offline(True)
    page.wait_line("offline")
    studio.take(page.page, "offline")


def without_scripts(studio: Studio) -> None:
    page = studio.tab(scripts=False)
    page.goto(f"{studio.url}/sessao/{NEXT_WEEK}")
    studio.camera.take(page, "without-javascript", scripts=False)


def big_hall(studio: Studio) -> None:
    groups = studio.neighbours(big_room.SESSION, 320)
    studio.sell(big_room.SESSION, groups[:260])
    studio.hold(big_room.SESSION, groups[260:])
    page = studio.session(big_room.SESSION)
    studio.take(page.page, "big-hall")
    for _ in range(3):
        page.page.locator("[data-action=closer]").click()
    studio.take(page.page, "big-hall-closer")


def the_end_of_a_hold(studio: Studio) -> None:
    """With short holds."""
    page = studio.session()
    page.hold(_in_the_middle(studio))
    page.expect_notice("last_minute", seconds=60)
    studio.take(page.page, "last-minute")
    page.expect_notice("expired", seconds=60)
    studio.take(page.page, "expired")


SCENES: tuple[Scene, ...] = (
    evening,
    programme,
    seat_map,
    held,
    conflicts,
    advice,
    payment,
    checking,
    paid,
    nothing_to_sell,
    unknown,
    bad_lines,
    without_scripts,
    big_hall,
)
SCENES_OF_TIME: tuple[Scene, ...] = (evening, the_end_of_a_hold)


def _ready_to_pay(studio: Studio) -> SessionPage:
    page = studio.session()
    page.best(2)
    page.choose(page.held()[1], "meia_estudante")
    page.open_payment()
    return page


def _in_the_middle(studio: Studio) -> str:
    """A free seat that people look at."""
    free = studio.free_seats(NEXT_WEEK)
    return next(seat for seat in free if seat[0] in "DEFG" and 6 < int(seat[1:]) < 12)


def _without_news(frame: Frame) -> Iterable[Frame]:
    """A line on which changes get lost."""
    return [] if frame.get("evento") == "atualizacao" else [frame]
