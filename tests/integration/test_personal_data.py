"""An operator's commands for one person, and that the days of the settings are kept."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest

import cinema_pb2 as pb
from cinema.keys import PARTITIONS, order_key, partition_keys
from cinema.notification import MESSAGE_FIELD
from cinema.order_code import order_code
from cinema_pb2_grpc import ReservaStub
from deploy import ROOT
from tests.support.booking_desk import CALL_SECONDS, PAYMENT, Customer, Desk, open_desk
from tests.support.box_office import NAME, BoxOffice, Staff
from tests.support.waiting import wait_until

A_SECOND = "0.00001"  # days
COMMAND_SECONDS = 60


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(True, id="with Kafka"),
        pytest.param(False, id="without Kafka", marks=pytest.mark.nightly),
    ],
)
def crew(
    request: pytest.FixtureRequest, box_office: BoxOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staff]:
    with Staff(tmp_path_factory.mktemp("crew")) as crew:
        if request.param:
            crew.both(box_office.env())
        else:
            crew.producer(box_office.env(kafka=False)).start()
        yield crew
        crew.check_logs()


def ended(env: dict[str, str], command: str, who: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "booking_service_server.py", command, who],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


def run_command(env: dict[str, str], command: str, who: str) -> subprocess.CompletedProcess[str]:
    done = ended(env, command, who)
    assert done.returncode == 0, done.stderr
    assert "@" not in done.stderr
    return done


def erase(env: dict[str, str], who: str) -> str:
    return run_command(env, "--erase-person", who).stderr


def export(env: dict[str, str], who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run_command(env, "--export-person", who).stdout)
    return found


def test_a_persons_data_are_erased_everywhere_and_nobody_elses(
    box_office: BoxOffice, crew: Staff
) -> None:
    theirs, other = box_office.sell(), box_office.sell()
    box_office.wait_for_mails([theirs, other])
    wait_until(lambda: len(crew.recorded([theirs, other])) == 2, 20, "the records")
    assert "of 1 orders; 1 were found" in erase(box_office.booking.env, theirs.email.upper())
    order = box_office.order(theirs.pedido_id)
    assert (order.nome_completo, order.email, order.dados_apagados) == ("", "", True)
    assert list(order.assentos) == list(theirs.assentos)
    wait_until(lambda: crew.records_of([theirs])[0]["dados_apagados"], 20, "the ledger")
    (record,) = crew.records_of([theirs])
    assert [record[field] for field in ("nome_completo", "cpf", "email")] == ["", "", ""]
    wait_until(lambda: not naming(theirs.email, crew.folder), 20, "both copies of the ledger")
    assert box_office.order(other.pedido_id).email == other.email
    assert crew.records_of([other])[0]["nome_completo"] == NAME
    assert "of 0 orders; 0 were found" in erase(box_office.booking.env, theirs.email)
    assert "of 0 orders; 1 were found" in erase(
        box_office.booking.env, order_code(theirs.pedido_id)
    )


def naming(text: str, folder: Path) -> list[str]:
    """The ledger's files, hidden ones too, that have the text."""
    files = [file for file in folder.iterdir() if "reservas_confirmadas" in file.name]
    return [file.name for file in files if text.encode() in file.read_bytes()]


def test_an_order_without_its_buyers_data_refuses_mails_with_a_reason(
    box_office: BoxOffice,
) -> None:
    order = box_office.sell()
    erase(box_office.booking.env, order.pedido_id)
    with grpc.insecure_channel(box_office.booking.address) as channel:
        stub: Any = ReservaStub(channel)
        again = pb.PedidoRequest(pedido_id=order.pedido_id)
        corrected = pb.CorrecaoRequest(pedido_id=order.pedido_id, email="bia@example.com")
        for ask in (
            partial(stub.ReenviarEmail, again),
            partial(stub.CorrigirEmail, corrected),
        ):
            assert "foram apagados" in refusal(ask)
        assert stub.CancelarPedido(again, timeout=CALL_SECONDS).sucesso
    assert box_office.order(order.pedido_id).email == ""


def refusal(ask: Callable[..., object]) -> str:
    with pytest.raises(grpc.RpcError) as caught:
        ask(timeout=CALL_SECONDS)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    return str(caught.value.details())


def test_an_export_has_all_that_is_kept_of_the_person_and_no_key_to_the_orders(desk: Desk) -> None:
    email = f"Zuleica-{uuid.uuid4().hex}@example.com"
    payment = pb.Pagamento(nome_completo="Zuleica Lima", email=email)
    order, again = (bought(desk.customer(), payment) for _ in range(2))
    for one in (order, again):
        asked = pb.AgendarEmailRequest(pedido_id=one.pedido_id, tipo="ingresso")
        assert desk.stub.AgendarEmail(asked, timeout=CALL_SECONDS).agendado
    desk.stub.CancelarPedido(pb.PedidoRequest(pedido_id=again.pedido_id), timeout=CALL_SECONDS)
    found = export(desk.booking.env, f" {email.upper()} ")
    assert [one["pedido_id"] for one in found] == [order.pedido_id, again.pedido_id]
    first, second = found
    assert (first["nome_completo"], first["estado"]) == ("Zuleica Lima", "confirmado")
    assert first["email_a_enviar_em_ms"] > first["criado_em_ms"]
    assert list(first["assentos_vendidos"]) == ["A05"]
    assert (second["estado"], second["assentos_vendidos"]) == ("cancelado", {})
    for secret in (order.pedido_token, order.pedido_chave):
        assert secret
        assert secret not in json.dumps(found)
    assert export(desk.booking.env, order_code(order.pedido_id).lower()) == [first]
    assert export(desk.booking.env, f"x{email}") == export(desk.booking.env, "") == []


def bought(customer: Customer, payment: pb.Pagamento = PAYMENT) -> pb.ReservaResponse:
    customer.hold("A05")
    return customer.confirm("A05", key="k", payment=payment)


@pytest.mark.parametrize("command", ["--export-person", "--erase-person"])
@pytest.mark.parametrize(
    ("elsewhere", "said"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis does not answer"),
        ({"SECRETS_DIR": "others"}, "must be those of the booking server"),
    ],
    ids=["no Redis", "somebody else's Redis"],
)
def test_a_command_that_reaches_another_redis_or_none_says_so(
    box_office: BoxOffice, tmp_path: Path, command: str, elsewhere: dict[str, str], said: str
) -> None:
    """In another Redis the person has no orders, which would look like an erasure."""
    order = box_office.sell()
    env = {**box_office.booking.env, **elsewhere}
    if "SECRETS_DIR" in elsewhere:
        env["SECRETS_DIR"] = str(tmp_path / elsewhere["SECRETS_DIR"])
    done = ended(env, command, order.email)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot start" in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert box_office.order(order.pedido_id).email == order.email


# ------------------------------------------------------------------------------------------ by time


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Desk]:
    """A booking server that keeps things for a second or two."""
    days = {"SESSION_DATA_DAYS": A_SECOND, "PERSONAL_DATA_DAYS": A_SECOND}
    with ExitStack() as stack:
        yield open_desk(stack, tmp_path, **days, ORDER_DAYS="0.00002", HOLD_COOLDOWN_SECONDS="0")


def test_a_booking_server_ends_cancelled_orders_by_itself_and_keeps_the_others(
    hasty: Desk,
) -> None:
    ana, bia = hasty.customer(), hasty.customer()
    kept, cancelled = (bought(customer).pedido_id for customer in (bia, ana))
    ana.cancel(cancelled)
    with hasty.redis() as redis:
        wait_until(lambda: not redis.exists(order_key(cancelled)), 30, "the order has ended")
        own = list(redis.scan_iter(f"*{ana.session}*"))
        assert all(key.endswith((":version", ":half-price")) for key in own), own
        assert redis.exists(order_key(kept))
        statuses = [
            json.loads(fields[MESSAGE_FIELD])["status"]
            for number in range(PARTITIONS)
            for _, fields in redis.xrange(partition_keys(number).outbox)
        ]
    assert sorted(statuses) == ["CANCELADO", "CONFIRMADO", "CONFIRMADO", "DADOS_APAGADOS"]
    assert bia.confirm("A05", key="k").pedido_id == kept
    assert "Souza" not in hasty.booking.log
