"""docs/protocol.md says what the code does: each name is there, none is made up, each example is
real."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from websockets.frames import CloseCode

import cinema_pb2 as pb
from booking.answer import Answer
from booking.order import OrderTokens
from booking.replies import reservation_reply
from cinema.expiry_notice import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    TOLERANCE_SECONDS,
    ExpiryNotice,
)
from cinema.notification import Notification, Status
from cinema.refusals import Refusal
from cinema.tickets import Category
from gateway import (
    api_types,
    bodies,
    connection,
    endings,
    frames,
    http_routes,
    line,
    messages,
    notify,
    pages,
    problems,
    rfc6455,
)
from gateway.actions import Actions
from gateway.costs import COSTS
from gateway.endings import Ending
from gateway.frame_types import CHANGES, EVENTS
from gateway.messages import ACTIONS, Confirm, Faulty, Payment, parse
from gateway.problems import Problem
from gateway.reasons import Reason
from gateway.seat_map import SeatMap
from gateway.seat_requests import Buyer
from notifications import dead_letter_topic, kafka_clients
from tests.support.markdown import Page, code

PAGE = Page.of("protocol.md")
TO_GATEWAY = PAGE.section("Browser to gateway")
TO_BROWSER = PAGE.section("Gateway to browser")
REPLIES = PAGE.section("Replies")
REASONS = PAGE.section("Reasons")
HTTP = PAGE.section("HTTP API")
NOTICES = PAGE.section("Notices of the listener")
KAFKA = PAGE.section("Kafka topic")

ORDER = "07-abcdefghijklmnopqrstuv"
TOKENS = OrderTokens("8d1f0c5b7a6e4938a1b2c3d4e5f60718", "1b2c3d4e5f607182930a4b5c6d7e8f90")


class Booking:
    """Gives every request the same answer."""

    def __init__(self, answer: Answer, success: str) -> None:
        self._reply = reservation_reply(answer, ("F07", "F08"), success)

    async def hold(self, *_: object) -> pb.ReservaResponse:
        return self._reply

    async def buy(self, *_: object) -> pb.ReservaResponse:
        return self._reply


def payload(frame: bytes | None) -> Any:
    assert frame
    return json.loads(rfc6455.payload_of(frame))


def a_request(number: str, **fields: Any) -> Any:
    """The page's own example with this id."""
    (example,) = [one for one in TO_GATEWAY.examples() if one.get("id") == number]
    return parse(json.dumps({**example, **fields}))


async def reply(request: Any, answer: Answer, success: str = "") -> Any:
    booking: Any = Booking(answer, success)
    return payload(await Actions(booking, Buyer("S001", "ana", "")).perform(request))


# ---------------------------------------------------------------------------------------- WebSocket


def test_each_action_has_its_row_and_an_example_that_parses() -> None:
    rows = TO_GATEWAY.table("`acao`", "Effect", "`tipo` of the reply")
    kinds = {code(row["`acao`"])[0]: code(row["`tipo` of the reply"])[0] for row in rows}
    assert kinds == {action: kind.reply_kind for action, kind in ACTIONS.items()}
    read = [parse(json.dumps(example)) for example in TO_GATEWAY.examples()]
    assert not [one for one in read if isinstance(one, Faulty)]
    assert {type(one) for one in read} == set(ACTIONS.values())


def test_the_fields_of_a_payment_are_all_there() -> None:
    rows = TO_GATEWAY.table("Field", "Meaning")
    named = {name for row in rows for name in code(row["Field"])} - {"assento"}
    assert named == {field.alias for name, field in Confirm.model_fields.items() if name != "id"}
    (payment,) = [row["Meaning"] for row in rows if code(row["Field"]) == ["pagamento"]]
    assert set(code(payment)) >= {
        field.alias or name for name, field in Payment.model_fields.items()
    }
    (categories,) = [row["Meaning"] for row in rows if code(row["Field"]) == ["ingressos"]]
    assert code(categories) == list(Category)


def test_each_event_is_what_the_gateway_sends() -> None:
    seats = [
        pb.EstadoAssento(assento="A05", estado=pb.StatusReserva.BLOQUEADO_TEMP, restante_ms=1234),
        pb.EstadoAssento(assento="B01", estado=pb.StatusReserva.RESERVADO),
    ]
    snapshot = pb.MapaSessao(versao=17, edicao="5f0c", meias_vendidas=3, assentos=seats)
    seat_map = SeatMap(snapshot, 0)
    first = frames.initial_state("S001", seat_map, 0)
    changes = [
        pb.EstadoAssento(
            assento="F07", estado=pb.StatusReserva.BLOQUEADO_TEMP, restante_ms=300_000
        ),
        pb.EstadoAssento(assento="C03", estado=pb.StatusReserva.DISPONIVEL, motivo="timeout"),
        pb.EstadoAssento(assento="B02", estado=pb.StatusReserva.RESERVADO),
    ]
    changed = [
        seat
        for version, change in enumerate(changes, 18)
        for seat in seat_map.apply(pb.Atualizacao(versao=version, mudancas=[change]), 0)
    ]
    own = [seat for seat in changed if not seat.is_free]
    assert TO_BROWSER.examples() == [
        payload(first),
        payload(frames.update(17, 20, changed, 0, 4)),
        payload(frames.own_seats(own, 1)),
        payload(frames.situation(False)),
        payload(frames.audience(42)),
    ]
    assert EVENTS.keys() | CHANGES.keys() == set(re.findall(r'"evento": "(\w+)"', TO_BROWSER.text))


async def test_each_reply_is_what_the_gateway_sends() -> None:
    bought = Answer(order_id=ORDER, tokens=TOKENS)
    wrong = a_request("6", pagamento={"nomeCompleto": "Ana", "cpf": "1", "email": "a@example.com"})
    assert REPLIES.examples() == [
        await reply(a_request("1"), Answer(remaining_ms=300_000), "Reservado para você: {seats}."),
        await reply(a_request("6"), bought, "Pagamento confirmado: {seats}."),
        await reply(a_request("2"), Answer(Refusal.SEAT_TAKEN, ("F07",))),
        await reply(wrong, Answer()),
        payload(endings.UNKNOWN_SESSION.last_frame),
    ]


def test_each_reason_of_booking_and_of_the_gateway_is_there() -> None:
    of_booking = [code(row["`motivo`"])[0] for row in REASONS.table("`motivo`", "Meaning")]
    of_gateway = [code(row["`motivo`"])[0] for row in REASONS.table("`motivo`", "HTTP", "Meaning")]
    assert of_booking == list(Refusal)
    assert sorted(of_gateway) == sorted({*Reason} - {Reason.UNKNOWN_SESSION})


def test_each_reason_over_http_has_its_status() -> None:
    statuses = {
        code(row["`motivo`"])[0]: row["HTTP"]
        for row in REASONS.table("`motivo`", "HTTP", "Meaning")
    }
    for module in (problems, notify, bodies):
        for problem in vars(module).values():
            if isinstance(problem, Problem) and problem.reason in statuses:
                assert statuses[problem.reason] == str(problem.status), problem.reason
    for status, (reason, _) in problems._BY_STATUS.items():
        assert statuses[reason] == str(status)


def test_each_close_code_is_there_with_what_the_close_frame_says() -> None:
    rows = PAGE.section("Close codes").table("Code", "Reason text", "When", "What the page does")
    texts = {int(row["Code"]): f"{row['Reason text']} {row['When']}" for row in rows}
    ends = [one for one in vars(endings).values() if isinstance(one, Ending)]
    violations = re.findall(r'Violation\(CloseCode\.(\w+), "([^"]+)"\)', inspect.getsource(rfc6455))
    ends += [Ending(CloseCode[name], text) for name, text in violations]
    assert set(texts) == {int(one.code) for one in ends}
    for one in ends:
        assert f"`{one.reason}`" in texts[one.code] or one.code == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "number",
    [
        f"{messages.LONGEST_FRAME:,} bytes",
        f"{line.LARGEST_MESSAGE // 1024} KiB",
        f"{connection.MOST_WAITING_REQUESTS} requests",
        f"every {line.PING_SECONDS:.0f} seconds",
        f"{bodies.LONGEST_BODY:,} bytes",
        f"{TOLERANCE_SECONDS} seconds away",
        f"{kafka_clients.PARTITIONS} partitions",
    ],
)
def test_each_limit_is_the_codes(number: str) -> None:
    assert number in " ".join(PAGE.text.split())


# --------------------------------------------------------------------------------------------- HTTP


def routes() -> Iterator[tuple[str, str]]:
    for router in (pages.router, http_routes.api, http_routes.health, notify.router):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            is_alias = route.path in ("/sessao/{session_id}/", "/pedido/{reference}/")
            if not is_alias:
                yield f"{method} {route.path}", str(COSTS.get(route.path, ""))


def test_each_route_is_there_with_its_cost() -> None:
    rows = HTTP.table("Route", "Cost", "Answer")
    assert {code(row["Route"])[0]: row["Cost"] for row in rows} == dict(routes())


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("HTTP API", [api_types.ProblemBody]),
        ("Sessions", [api_types.SessionList, api_types.SessionMap]),
        (
            "Orders",
            [
                *(api_types.OwnOrders, api_types.Order, http_routes.NewAddress),
                *(http_routes.SomeSeats, api_types.PixCode),
            ],
        ),
        ("Health", [api_types.Alive, api_types.Ready, api_types.Ready, api_types.NotReady]),
        ("Notices of the listener", [ExpiryNotice, api_types.Swept]),
    ],
)
def test_each_example_has_the_fields_of_its_type_and_no_other(title: str, kinds: list[Any]) -> None:
    section = PAGE.section(title)
    if title == "HTTP API":
        section = Page(section.text.partition("\n### ")[0])
    for kind, block in zip(kinds, section.blocks("json"), strict=True):
        adapter = TypeAdapter(kind)
        value = adapter.validate_json(block)
        assert adapter.dump_python(value, mode="json", exclude_unset=True) == json.loads(block)


def test_a_notice_is_signed_as_the_page_says() -> None:
    assert f"`{TIMESTAMP_HEADER}`" in NOTICES.text
    assert f"`{SIGNATURE_HEADER}`" in NOTICES.text


# -------------------------------------------------------------------------------------------- Kafka


def test_each_status_of_a_message_is_there_and_the_example_parses() -> None:
    rows = KAFKA.table("`status`", "Meaning", "`assentos`")
    assert [code(row["`status`"])[0] for row in rows] == list(Status)
    (block,) = KAFKA.blocks("json")
    assert json.loads(Notification.parse(block).to_json()) == json.loads(block)


def test_topics_group_and_headers_have_their_names() -> None:
    for name in (
        *(kafka_clients.TOPIC, kafka_clients.DEAD_LETTER_TOPIC, kafka_clients.GROUP),
        *(dead_letter_topic.REASON, dead_letter_topic.ORIGIN),
    ):
        assert f"`{name}`" in KAFKA.text
