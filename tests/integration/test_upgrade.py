"""What the version before has left in Redis and in the ledger (tests/upgrade) is served in place.

The forms of single records are in test_orders_of_before.py.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

import cinema_pb2 as pb
from cinema.dataset_schema import SCHEMA
from cinema.keys import PARTITIONS, partition_keys, partition_of
from tests.support.backends import RedisServer
from tests.support.booking_desk import CALL_SECONDS, Desk, desk_settings, programme
from tests.support.infra import started
from tests.support.mailbox import Mailbox
from tests.support.services import ALWAYS_CANCELLED, Booking, ServiceProcess, producer
from tests.support.waiting import wait_until
from tests.upgrade.data import dump, load, recorded
from verify.__main__ import findings_of
from verify.settings import VerifySettings

SESSION = "before"
BEFORE = recorded()
MAILED, CANCELLED, WAITS = BEFORE["orders"].values()
OUTBOX = partition_keys(partition_of(SESSION)).outbox


class Site:
    """A folder and a Redis with what the version before has left there."""

    def __init__(self, folder: Path, server: RedisServer) -> None:
        self.folder = folder
        self.server = server
        self.redis: Any = redis.Redis.from_url(server.url, decode_responses=True)
        self.settings = desk_settings(folder, server, **ALWAYS_CANCELLED)
        self.ledger = folder / "reservas_confirmadas.json"
        self.ledger.write_text(json.dumps(BEFORE["ledger"], ensure_ascii=False))
        (folder / "programacao.toml").write_text(programme([SESSION]))
        load(self.redis, BEFORE["keys"], BEFORE["recorded_at"])

    def check_data(self) -> None:
        """As `make verify` does."""
        settings = VerifySettings(
            redis_url=self.server.url,
            ledger_file=self.ledger,
            kafka_bootstrap_servers="",
            secrets_dir=self.folder / "secrets",
        )
        findings = asyncio.run(findings_of(settings))
        assert findings.lines()[-1] == "all is right", findings.lines()

    def records(self) -> dict[str, dict[str, Any]]:
        return {one["pedido_id"]: one for one in json.loads(self.ledger.read_text())}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with started(lambda: RedisServer(tmp_path / "redis")) as server:
        site = Site(tmp_path, server)
        yield site
        site.redis.close()


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    with Booking(site.folder, site.settings) as booking:
        desk = Desk(site.folder, booking, site.server, [SESSION])
        yield desk
        desk.close()


def test_the_audit_reads_the_data_of_the_version_before(site: Site) -> None:
    site.check_data()


def test_orders_and_holds_of_before_go_on(site: Site, desk: Desk) -> None:
    ana, bia, eva = (desk.customer(SESSION, name) for name in ("ana", "bia", "eva"))
    sold = dict.fromkeys(("A01", "A02", "C01"), "RESERVADO")
    assert desk.states(SESSION) == sold | dict.fromkeys(("C02", "C03"), "BLOQUEADO_TEMP")

    tickets = [
        pb.Ingresso(assento="A01"),
        pb.Ingresso(assento="A02", categoria=pb.MEIA_ESTUDANTE),
    ]
    again = ana.confirm("A01", "A02", key="key of ana", ingressos=tickets)
    assert (again.sucesso, again.pedido_id) == (True, MAILED)
    assert not bia.hold("A01").sucesso
    assert not bia.hold("C02").sucesso

    assert ana.extend("C02").sucesso
    bought = ana.confirm("C02", key="another")
    assert bought.sucesso
    assert eva.release("C03").sucesso
    mine = desk.stub.ListarPedidosDoComprador(
        pb.PedidosDoCompradorRequest(usuario_id="ana"), timeout=CALL_SECONDS
    )
    assert {order.pedido_id for order in mine.pedidos} == {MAILED, bought.pedido_id}
    half = pb.CancelarAssentosRequest(pedido_id=MAILED, assentos=["A02"])
    assert desk.stub.CancelarAssentos(half, timeout=CALL_SECONDS).sucesso
    assert eva.cancel(WAITS).sucesso
    assert desk.states(SESSION) == {"A01": "RESERVADO", "C02": "RESERVADO"}
    site.check_data()


def test_a_message_of_before_is_recorded_and_mailed(site: Site, desk: Desk) -> None:
    assert WAITS not in site.records()
    with Mailbox() as mailbox:
        to = {"SMTP_HOST": mailbox.host, "SMTP_PORT": str(mailbox.port)}
        relay = producer(
            site.folder, site.settings | to | {"BOOKING_ADDRESS": desk.booking.address}
        )
        with relay:
            wait_until(lambda: WAITS in site.records(), 20, "the record")
            wait_until(lambda: order_of(desk, WAITS).email_estado == pb.EMAIL_ENVIADO, 20)
            wait_until(lambda: site.redis.xlen(OUTBOX) == 0, 20)
        tickets = [mail for mail in mailbox.messages if "C01" in str(mail)]
    assert tickets
    records = site.records()
    assert {name: records[name]["estado"] for name in (MAILED, CANCELLED, WAITS)} == {
        MAILED: "confirmado",
        CANCELLED: "cancelado",
        WAITS: "confirmado",
    }
    site.check_data()


def order_of(desk: Desk, order_id: str) -> pb.Pedido:
    order: pb.Pedido = desk.stub.ObterPedido(
        pb.PedidoRequest(pedido_id=order_id), timeout=CALL_SECONDS
    )
    return order


@pytest.mark.parametrize("service", [Booking, producer], ids=["booking", "producer"])
def test_data_of_a_later_version_are_refused_and_left_alone(
    site: Site, service: Callable[..., ServiceProcess]
) -> None:
    for number in range(PARTITIONS):
        site.redis.set(partition_keys(number).dataset, f"{SCHEMA + 1}:later")
    before = without_locks(dump(site.redis))
    process = service(site.folder, site.settings)
    process.launch()
    try:
        sentence = f"has schema {SCHEMA + 1}, but this version knows schemas up to {SCHEMA}"
        wait_until(lambda: process.log.count(sentence) == 1, 20, "the refusal")
    finally:
        process.terminate()
    assert process.log.count(sentence) == 1
    assert without_locks(dump(site.redis)) == before


def without_locks(keys: dict[str, Any]) -> dict[str, Any]:
    """Their remaining time is read to a millisecond or two."""
    return {key: found for key, found in keys.items() if ":assento:" not in key}
