"""Records what an earlier version leaves in Redis and in the ledger: `python -m tests.upgrade REV`.

It sells with the services of that revision of this repository, and writes tests/upgrade/data.json:
an order that was mailed, one that was cancelled, one whose message waits, seats that are held, and
one that was given back. Record again before a change of what is stored.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import cinema_pb2 as pb
from cinema.keys import partition_keys, partition_of
from deploy import ROOT
from tests.support.backends import RedisServer
from tests.support.booking_desk import Desk, desk_settings, programme
from tests.support.mailbox import Mailbox
from tests.support.services import ALWAYS_CANCELLED, Booking, ServiceProcess, producer
from tests.support.waiting import wait_until
from tests.upgrade.data import RECORDED, dump

SESSION = "before"
Service = TypeVar("Service", bound=ServiceProcess)
OUTBOX = partition_keys(partition_of(SESSION)).outbox


def main(revision: str) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        tree = stack.enter_context(checked_out(revision, folder / "tree"))
        server = stack.enter_context(RedisServer(folder / "redis"))
        mailbox = stack.enter_context(Mailbox())
        (folder / "programacao.toml").write_text(programme([SESSION]))
        settings = desk_settings(folder, server, HOLD_SECONDS="300", **ALWAYS_CANCELLED)
        booking = stack.enter_context(of(tree, Booking(folder, settings)))
        mail = {"SMTP_HOST": mailbox.host, "SMTP_PORT": str(mailbox.port)}
        relay = of(tree, producer(folder, settings | mail | {"BOOKING_ADDRESS": booking.address}))
        desk = Desk(folder, booking, server, [SESSION])
        stack.callback(desk.close)
        orders = sell(desk, relay)
        data = {
            "revision": revision,
            "recorded_at": round(time.time() * 1000),
            "orders": orders,
            "keys": dump(desk.redis()),
            "ledger": json.loads((folder / "reservas_confirmadas.json").read_text()),
        }
    RECORDED.write_text(lines_of(data), encoding="utf-8")


def sell(desk: Desk, relay: ServiceProcess) -> dict[str, str]:
    """The ids of the orders, by what became of them."""
    ana, bia, eva = (desk.customer(SESSION, name) for name in ("ana", "bia", "eva"))
    half = pb.Ingresso(assento="A02", categoria=pb.MEIA_ESTUDANTE)
    tickets = [pb.Ingresso(assento="A01"), half]
    with relay:
        ana.hold("A01", "A02")
        mailed = ana.confirm("A01", "A02", key="key of ana", ingressos=tickets)
        bia.hold("B01")
        cancelled = bia.confirm("B01", key="key of bia")
        assert bia.cancel(cancelled.pedido_id).sucesso
        wait_until(lambda: desk.redis().xlen(OUTBOX) == 0, 20, "an empty outbox")
        sent = pb.EMAIL_ENVIADO
        wait_until(lambda: state_of_mail(desk, mailed.pedido_id) == sent, 20, "a mail that is sent")
    eva.hold("C01")
    waits = eva.confirm("C01", key="key of eva")
    ana.hold("C02")
    eva.hold("C03", "C04")
    eva.release("C04")
    ids = {"mailed": mailed, "cancelled": cancelled, "waits": waits}
    return {name: answer.pedido_id for name, answer in ids.items()}


def state_of_mail(desk: Desk, order_id: str) -> int:
    order: pb.Pedido = desk.stub.ObterPedido(pb.PedidoRequest(pedido_id=order_id), timeout=5)
    return order.email_estado


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """The files of a revision, with the stubs of its contract."""
    git("worktree", "add", "--detach", str(folder), revision)
    try:
        stubs = ("--python_out=.", "--grpc_python_out=.", "cinema.proto")
        generate = [sys.executable, "-m", "grpc_tools.protoc", "-I.", *stubs]
        subprocess.run(generate, cwd=folder, check=True, timeout=60)
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


def lines_of(data: dict[str, Any]) -> str:
    """JSON with a line for each key of Redis."""
    keys = data.pop("keys")
    lines = [f"{json.dumps(key)}: {json.dumps(found)}" for key, found in keys.items()]
    rest = json.dumps(data, indent=1, ensure_ascii=False).removesuffix("\n}")
    return rest + ',\n "keys": {\n  ' + ",\n  ".join(lines) + "\n }\n}\n"


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, timeout=60)


def of(tree: Path, service: Service) -> Service:
    """The same service, from the files of another revision."""
    script = Path(service.command[-1]).name
    service.command = [sys.executable, str(tree / script)]
    return service


if __name__ == "__main__":
    main(sys.argv[1])
