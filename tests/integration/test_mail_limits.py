"""How many mails a stranger can have sent: by order, to one mailbox, from one network.

And corrected addresses.
"""

import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import grpc
import pytest

import cinema_pb2 as pb
from booking.mail_limits import CANCELLATION_COST, MailLimitRules, MailLimits
from cinema.keys import partition_keys, partition_of
from cinema.notification import MESSAGE_FIELD
from cinema_pb2_grpc import ReservaStub
from tests.support.booking_desk import CALL_SECONDS, Customer, Desk, desk_settings, open_desk
from tests.support.hall import patient_client
from tests.support.services import Booking
from tests.support.waiting import eventually

MAILBOX, NETWORK, AGAIN, CORRECTIONS = 4, 40, 2, 3
LIMITED = "limite_de_emails"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Booking with limits that a test reaches."""
    with ExitStack() as stack:
        yield open_desk(
            stack,
            tmp_path_factory.mktemp("strict"),
            MAX_MAILS_PER_MAILBOX=str(MAILBOX),
            MAX_MAILS_PER_ADDRESS=str(NETWORK),
            MAX_MAILS_PER_ORDER=str(AGAIN),
            MAX_EMAIL_CORRECTIONS=str(CORRECTIONS),
            MAX_SEATS_PER_BUYER="100",
        )


def somewhere() -> str:
    """A network that has caused nothing yet."""
    return secrets.token_hex(16)


def somebody() -> str:
    return f"x{secrets.token_hex(8)}@example.com"


def paying(email: str, method: str = "") -> pb.Pagamento:
    return pb.Pagamento(nome_completo="Ana Souza", email=email, forma=method)


class Room:
    """One session, in which one network buys seat after seat."""

    def __init__(self, desk: Desk, network: str = "") -> None:
        self.desk = desk
        self.buyer: Customer = desk.customer()
        self.network = network or somewhere()
        self._key = secrets.token_hex(8)

    def buy(self, seat: str, email: str = "", method: str = "") -> pb.ReservaResponse:
        self.buyer.hold(seat)
        return self.buyer.confirm(
            seat,
            key=f"{self._key}{seat}",
            payment=paying(email or somebody(), method),
            rede=self.network,
        )

    def cancel(self, order_id: str) -> pb.ReservaResponse:
        return self._ask("CancelarPedido", self._about(order_id))

    def mail_again(self, order_id: str) -> pb.ReservaResponse:
        return self._ask("ReenviarEmail", self._about(order_id))

    def correct(self, order_id: str, email: str) -> pb.ReservaResponse:
        request = pb.CorrecaoRequest(pedido_id=order_id, email=email, rede=self.network)
        return self._ask("CorrigirEmail", request)

    def _ask(self, method: str, request: Any) -> pb.ReservaResponse:
        answer: pb.ReservaResponse = ask(self.desk, method, request)
        return answer

    def _about(self, order_id: str) -> pb.PedidoRequest:
        return pb.PedidoRequest(pedido_id=order_id, rede=self.network)

    def asked_for(self) -> int:
        """The number of mails that the session's orders have caused."""
        outbox = partition_keys(partition_of(self.buyer.session)).outbox
        entries: Any = self.desk.redis().xrange(outbox)
        return sum(self.buyer.session in fields[MESSAGE_FIELD] for _, fields in entries)


def ask(desk: Desk, method: str, request: Any) -> Any:
    return getattr(desk.stub, method)(request, timeout=CALL_SECONDS)


def order_of(desk: Desk, order_id: str) -> pb.Pedido:
    order: pb.Pedido = ask(desk, "ObterPedido", pb.PedidoRequest(pedido_id=order_id))
    return order


def fail(desk: Desk, order_id: str, **more: Any) -> None:
    ask(
        desk, "RegistrarEmail", pb.RegistroEmail(pedido_id=order_id, estado=pb.EMAIL_FALHOU, **more)
    )


def is_withheld(desk: Desk, order_id: str) -> bool:
    return desk.redis().hget(f"{{p{order_id[:2]}}}:order:{order_id}", "mail") == "withheld"


def scheduled(desk: Desk, order_id: str, kind: str) -> bool:
    request = pb.AgendarEmailRequest(pedido_id=order_id, tipo=kind)
    return bool(ask(desk, "AgendarEmail", request).agendado)


# ------------------------------------------------------------------------------------------- limits


def test_171_requests_for_one_orders_mail_make_few_mails(strict: Desk) -> None:
    room = Room(strict)
    order_id = room.buy("A05").pedido_id
    before, answers = room.asked_for(), []
    for _ in range(171):
        fail(strict, order_id)
        answers.append(room.mail_again(order_id).motivo)
    assert answers == [""] * AGAIN + [LIMITED] * (171 - AGAIN)
    assert room.asked_for() - before == AGAIN


def test_what_is_on_its_way_is_asked_for_as_often_as_one_likes(strict: Desk) -> None:
    room = Room(strict)
    order_id = room.buy("A05").pedido_id
    assert {room.mail_again(order_id).motivo for _ in range(10)} == {""}


def test_buying_to_cancel_causes_few_mails_and_can_always_be_cancelled(strict: Desk) -> None:
    mailed, network = 0, somewhere()
    for _ in range(64):
        room = Room(strict, network)
        order_id = room.buy("A05").pedido_id
        mailed += not is_withheld(strict, order_id)
        assert room.cancel(order_id).sucesso
        assert not is_withheld(strict, order_id) or not scheduled(strict, order_id, "cancelamento")
    assert mailed <= NETWORK // (CANCELLATION_COST + 1) + 1
    elsewhere = Room(strict).buy("A06").pedido_id
    assert not is_withheld(strict, elsewhere)


def test_a_cancellation_is_not_refused_whatever_its_network_did(strict: Desk) -> None:
    room = Room(strict)
    seats = [f"B{number:02d}" for number in range(1, 10)]
    orders = [room.buy(seat).pedido_id for seat in seats]
    assert all(room.cancel(order_id).sucesso for order_id in orders)


def test_one_mailbox_gets_few_mails_from_however_many_networks_and_by_whatever_alias(
    strict: Desk,
) -> None:
    name = f"x{secrets.token_hex(4)}"
    aliases = [f"{name}@example.com", f"{name.upper()}@example.com", f"{name}+a@EXAMPLE.com"]
    aliases += [f"{name[0]}.{name[1:]}+b@example.com", f"{name}+c@example.com"]
    orders = [Room(strict).buy("A05", alias).pedido_id for alias in aliases]
    withheld = [is_withheld(strict, order_id) for order_id in orders]
    assert withheld == [False] * MAILBOX + [True] * (len(aliases) - MAILBOX)
    assert not scheduled(strict, orders[-1], "ingresso")
    order = order_of(strict, orders[-1])
    assert (order.email_estado, "daqui a uma hora" in order.email_motivo) == (pb.EMAIL_FALHOU, True)


def test_a_mail_that_was_withheld_is_sent_once_it_is_asked_for_within_the_limits(
    strict: Desk,
) -> None:
    room, email = Room(strict), somebody()
    orders = [room.buy(f"A{number:02d}", email).pedido_id for number in range(1, MAILBOX + 2)]
    assert is_withheld(strict, orders[-1])
    assert room.mail_again(orders[-1]).motivo == LIMITED
    strict.redis().delete("{p00}:mail-counts", "{p00}:mail-counts-before")  # an hour later
    assert room.mail_again(orders[-1]).sucesso
    assert order_of(strict, orders[-1]).email_estado == pb.EMAIL_PENDENTE
    assert scheduled(strict, orders[-1], "ingresso")


def test_what_was_sold_is_answered_as_ever_once_the_limit_is_reached(strict: Desk) -> None:
    room, email = Room(strict), somebody()
    first = room.buy("A01", email)
    for number in range(2, 2 + MAILBOX):
        last = room.buy(f"A{number:02d}", email)
    assert is_withheld(strict, last.pedido_id)
    assert room.buy("A01", email).pedido_id == first.pedido_id


def test_a_sale_that_does_not_happen_uses_nothing_up(strict: Desk) -> None:
    room, email = Room(strict), somebody()
    for _ in range(3 * MAILBOX):
        assert room.buy("A05", email, "cartao_recusado").motivo == "pagamento_recusado"
    rival = Room(strict)
    rival.buyer = strict.customer(room.buyer.session)
    for _ in range(3 * MAILBOX):
        assert rival.buy("A05", email).motivo == "assento_indisponivel"
    assert room.buy("A05", email).sucesso


def test_the_limits_bind_over_all_booking_servers(strict: Desk, tmp_path: Any) -> None:
    settings = desk_settings(
        strict.folder, strict.redis_server, MAX_MAILS_PER_MAILBOX="1", LOG_LEVEL="INFO",
        SECRETS_DIR=str(strict.folder / "secrets"), PERSON_SECRET="",
    )  # fmt: skip
    email = somebody()
    assert Room(strict).buy("A05", email).sucesso
    with Booking(tmp_path, settings) as other, grpc.insecure_channel(other.address) as channel:
        room = Room(strict)
        room.buyer = Customer(ReservaStub(channel), room.buyer.session, room.buyer.name)
        assert is_withheld(strict, room.buy("A05", email).pedido_id)


def test_neither_address_nor_network_can_be_read_in_redis_nor_in_the_log(strict: Desk) -> None:
    room, email = Room(strict), somebody()
    for number in range(1, 20):
        room.cancel(room.buy(f"B{number:02d}" if number < 15 else f"C{number - 14:02d}").pedido_id)
    room.buy("A05", email)
    counts = str([strict.redis().hgetall(f"{{p00}}:mail-counts{end}") for end in ("", "-before")])
    for text in (counts, strict.booking.log):
        assert email.split("@")[0] not in text
    assert "MAX_MAILS_PER_ADDRESS" in strict.booking.log
    assert room.network not in strict.booking.log


# ------------------------------------------------------------------------------------------ windows


@pytest.fixture
async def quick(redis_url: str) -> AsyncIterator[MailLimits]:
    async with patient_client(redis_url) as client:
        yield MailLimits(client, MailLimitRules(3, 0, 0, 0, window_ms=400), b"secret")


async def test_a_limit_is_reached_within_a_window_and_slides_with_time(quick: MailLimits) -> None:
    email = somebody()
    taken = [await quick.reserve(email, "") for _ in range(20)]
    assert sum(taken) in (3, 4, 5)  # a window may have ended meanwhile
    assert not taken[-1]
    await eventually(lambda: quick.reserve(email, ""), 5, "one more is within the limit")


async def test_without_a_limit_any_number_is_within_it(redis_url: str) -> None:
    async with patient_client(redis_url) as client:
        limits = MailLimits(client, MailLimitRules(0, 0, 0, 0), b"secret")
        email, network = somebody(), somewhere()
        assert all([await limits.reserve(email, network, "00-x") for _ in range(50)])


async def test_where_one_count_is_full_none_is_counted(redis_url: str) -> None:
    async with patient_client(redis_url) as client:
        limits = MailLimits(client, MailLimitRules(100, 1, 0, 0), b"secret")
        network = somewhere()
        assert await limits.reserve(somebody(), network)
        email = somebody()
        before: Any = await client.hgetall("{p00}:mail-counts")
        assert not await limits.reserve(email, network)
        after: Any = await client.hgetall("{p00}:mail-counts")
    assert before.keys() == after.keys()


# -------------------------------------------------------------------------------------- corrections


def claimed(desk: Desk, order_id: str) -> list[pb.EmailDevido]:
    request = pb.ReivindicarEmailsRequest(limite=500, prazo_ms=60_000)
    due = ask(desk, "ReivindicarEmails", request).emails
    return [mail for mail in due if mail.pedido.pedido_id == order_id]


def test_a_corrected_address_is_the_orders_and_gets_its_mail(strict: Desk) -> None:
    room, wrong, right = Room(strict), somebody(), somebody()
    order_id = room.buy("A05", wrong).pedido_id
    fail(strict, order_id, motivo="Não existe.")
    before = room.asked_for()
    assert room.correct(order_id, right.replace("example", "EXAMPLE")).sucesso
    assert room.asked_for() == before + 1  # for the ledger
    order = order_of(strict, order_id)
    assert (order.email, order.correcoes) == (right, 1)
    assert (order.email_estado, order.email_motivo) == (pb.EMAIL_PENDENTE, "")
    [mail] = claimed(strict, order_id)
    assert (mail.pedido.email, mail.tipo) == (right, "ingresso")
    assert wrong not in str(strict.redis().hgetall(f"{{p{order_id[:2]}}}:order:{order_id}"))


def test_what_becomes_of_the_mail_to_the_address_of_before_does_not_matter(strict: Desk) -> None:
    """It was on its way while the address was corrected: the new one gets a mail all the same."""
    room = Room(strict)
    order_id = room.buy("A05").pedido_id
    ask(strict, "AgendarEmail", pb.AgendarEmailRequest(pedido_id=order_id, tipo="ingresso"))
    [under_way] = claimed(strict, order_id)
    assert room.correct(order_id, somebody()).sucesso
    sent = pb.RegistroEmail(pedido_id=order_id, estado=pb.EMAIL_ENVIADO, tipo="ingresso")
    sent.correcoes = under_way.pedido.correcoes
    ask(strict, "RegistrarEmail", sent)
    assert order_of(strict, order_id).email_estado == pb.EMAIL_PENDENTE
    [mail] = claimed(strict, order_id)
    sent.correcoes = mail.pedido.correcoes
    ask(strict, "RegistrarEmail", sent)
    assert order_of(strict, order_id).email_estado == pb.EMAIL_ENVIADO


def test_the_same_correction_twice_is_one(strict: Desk) -> None:
    room, right = Room(strict), somebody()
    order_id = room.buy("A05").pedido_id
    barrier = threading.Barrier(4)

    def correct() -> None:
        barrier.wait()
        assert room.correct(order_id, right).sucesso

    threads = [threading.Thread(target=correct) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order_of(strict, order_id).correcoes == 1


def test_an_address_is_corrected_a_few_times_and_no_more(strict: Desk) -> None:
    room = Room(strict)
    order_id = room.buy("A05").pedido_id
    for _ in range(CORRECTIONS):
        assert room.correct(order_id, somebody()).sucesso
    last = room.correct(order_id, somebody())
    assert (last.motivo, str(CORRECTIONS) in last.mensagem) == ("limite_de_correcoes", True)


def test_who_asked_for_the_mail_in_vain_can_still_correct_the_address(strict: Desk) -> None:
    """A buyer notices a mistyped address when the mail does not arrive, also on request."""
    room, right = Room(strict), somebody()
    order_id = room.buy("A05").pedido_id
    for _ in range(AGAIN):
        fail(strict, order_id)
        assert room.mail_again(order_id).sucesso
    fail(strict, order_id)
    assert room.mail_again(order_id).motivo == LIMITED
    assert room.correct(order_id, right).sucesso
    assert order_of(strict, order_id).email == right


def test_an_order_without_an_address_gets_one(strict: Desk) -> None:
    room, right = Room(strict), somebody()
    room.buyer.hold("A05")
    order_id = room.buyer.confirm("A05", payment=None).pedido_id
    assert room.correct(order_id, right).sucesso
    [mail] = claimed(strict, order_id)
    assert mail.pedido.email == right


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "ana@",
        "a b@example.com",
        "ana@example.com\r\nBcc: x@y.z",
        "é@example.com",
        "x" * 300,
    ],
)
def test_what_cannot_be_mailed_is_no_correction(strict: Desk, email: str) -> None:
    room = Room(strict)
    order_id = room.buy("A05").pedido_id
    with pytest.raises(grpc.RpcError) as fault:
        room.correct(order_id, email)
    assert fault.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert order_of(strict, order_id).correcoes == 0


def test_a_cancelled_or_unknown_order_has_no_address_to_correct(strict: Desk) -> None:
    room = Room(strict)
    order_id = room.buy("A05").pedido_id
    room.cancel(order_id)
    for wrong, code in ((order_id, "INVALID_ARGUMENT"), ("00-" + "a" * 22, "NOT_FOUND")):
        with pytest.raises(grpc.RpcError) as fault:
            room.correct(wrong, somebody())
        assert fault.value.code().name == code
