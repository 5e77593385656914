"""A ledger that lacks records gets them from the orders."""

import asyncio
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

import cinema_pb2 as pb
from notifications.dependency import DependencyDown
from notifications.ledger import Ledger
from notifications.ledger_keeper import LedgerKeeper
from notifications.ledger_record import record_of
from tests.support.waiting import eventually

PAGE = 40


def order(number: int, *, cancelled: bool = False) -> pb.Pedido:
    return pb.Pedido(
        pedido_id=f"07-{number:022d}",
        sessao_id="S001",
        assentos=["F07"],
        usuario_id="buyer",
        nome_completo="Ana",
        total_centavos=3200,
        forma_pagamento="pix",
        criado_em_ms=1_795_000_000_000,
        ingressos=[pb.Ingresso(assento="F07", categoria=pb.MEIA_ESTUDANTE, preco_centavos=1600)],
        cancelado=cancelled,
        cancelado_em_ms=1_795_000_100_000 if cancelled else 0,
    )


class FakeOrders:
    """All orders, in pages; `away` counts the calls that fail first."""

    def __init__(self, orders: Sequence[pb.Pedido]) -> None:
        self.orders = list(orders)
        self.away = 0
        self.pages = 0

    async def page(self, cursor: str) -> tuple[Sequence[pb.Pedido], str]:
        self.pages += 1
        if self.away:
            self.away -= 1
            raise DependencyDown("UNAVAILABLE")
        begin = int(cursor or 0)
        end = begin + PAGE
        return self.orders[begin:end], str(end) if end < len(self.orders) else ""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "reservas_confirmadas.json")
    ledger.open()
    return ledger


def recorded(tmp_path: Path) -> list[str]:
    entries = json.loads((tmp_path / "reservas_confirmadas.json").read_text())
    return sorted(entry["pedido_id"] for entry in entries)


async def test_all_orders_are_put_once_in_whatever_pages_they_come(
    ledger: Ledger, tmp_path: Path
) -> None:
    orders = FakeOrders([order(number) for number in range(1_234)])
    keeper = LedgerKeeper(ledger, orders)
    assert await keeper.rebuild() == 1_234
    assert await keeper.rebuild() == 0
    assert recorded(tmp_path) == [one.pedido_id for one in orders.orders]
    assert ledger.is_whole()


async def test_a_record_that_is_out_of_date_is_brought_up_to_date(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.put_all([record_of(order(1))])
    assert await LedgerKeeper(ledger, FakeOrders([order(1, cancelled=True)])).rebuild() == 1
    (entry,) = json.loads((tmp_path / "reservas_confirmadas.json").read_text())
    assert (entry["estado"], entry["cancelado_em"]) == (
        "cancelado",
        "2026-11-18T08:08:20.000-03:00",
    )


async def test_a_file_that_goes_missing_is_noticed_and_made_again_loudly(
    ledger: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    orders = FakeOrders([order(number) for number in range(100)])
    orders.away = 3
    keeping = asyncio.create_task(LedgerKeeper(ledger, orders, check_seconds=0.01).run())
    try:
        await eventually(lambda: len(recorded(tmp_path)) == 100)
        await eventually(ledger.is_whole)
        (tmp_path / "reservas_confirmadas.json").unlink()
        await eventually(lambda: "lacks 100 records that it had" in caplog.text)
        await eventually(ledger.is_whole)
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
    assert len(recorded(tmp_path)) == 100
    assert caplog.text.count("cannot be compared with the orders now (UNAVAILABLE)") == 1
    assert caplog.text.count("100 records rebuilt") == 2


async def test_a_whole_ledger_asks_nobody_anything(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    orders = FakeOrders([])
    keeping = asyncio.create_task(LedgerKeeper(ledger, orders, check_seconds=0.01).run())
    await eventually(ledger.is_whole)
    asked = orders.pages
    ledger.put_all([record_of(order(1))])
    await eventually(lambda: keeping.done() or ledger.is_whole())
    keeping.cancel()
    await asyncio.wait([keeping])
    assert orders.pages == asked == 1
    assert "WARNING" not in caplog.text


def test_a_record_keeps_the_originals_fields_and_says_what_was_paid() -> None:
    record = record_of(order(1))
    assert list(record)[:8] == [
        *("pedido_id", "sessao_id", "assentos", "usuario_id"),
        *("nome_completo", "cpf", "email", "timestamp"),
    ]
    assert record["total_centavos"] == 3200
    assert record["ingressos"] == [
        {"assento": "F07", "categoria": "meia_estudante", "preco_centavos": 1600}
    ]
    assert (record["estado"], record["cancelado_em"]) == ("confirmado", "")
    assert len(str(record["codigo"])) == 8
