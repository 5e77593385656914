"""An order's record comes back as it was written, in few and short pieces."""

import json
from dataclasses import replace

import pytest

from booking.order import OrderTokens, Payer, Purchase, Screening
from booking.order_record import fields_of, from_record, record_of, to_fields
from cinema.tickets import Category, Ticket

SHOWN = Screening(1_797_194_700_000, "agente", "O Agente Secreto", 158, "16", "Sala 1", "legendado")
PAYER = Payer('José "Zé" da Conceição', "***.456.789-**", "ze@exemplo.com.br")
TOKENS = OrderTokens("0f" * 16, "ff" * 16)
PURCHASE = Purchase(
    tuple(Ticket(f"A{n:02d}", category, 1600) for n, category in enumerate(Category, 1)),
    payer=PAYER,
    payment_method="pix",
    language="es",
    screening=SHOWN,
)
BESIDE = {"created_at": "1797000000000", "state": "confirmed", "mail": "pending"}
# As the version before wrote it.
OF_BEFORE = {
    "sessao_id": "S001",
    "usuario_id": "ana",
    "nome_completo": "Ana Souza",
    "cpf": "",
    "email": "ana@exemplo.com.br",
    "ingressos": [["A01", "inteira", 3200], ["A02", "meia_idoso", 1600]],
    "forma_pagamento": "cartao",
    "idioma": "pt-BR",
    "inicio_ms": 1_797_194_700_000,
}


def test_an_order_comes_back_as_it_was_written() -> None:
    order = from_record("07-x", to_fields("S001", "ana", PURCHASE, TOKENS) | BESIDE)
    assert (order.session_id, order.buyer, order.payer) == ("S001", "ana", PAYER)
    assert (order.tickets, order.screening, order.tokens) == (PURCHASE.tickets, SHOWN, TOKENS)
    assert (order.payment_method, order.language, order.mail_reason) == ("pix", "es", "")


def test_no_piece_is_longer_than_what_redis_packs() -> None:
    fields = to_fields("S001", "ana", PURCHASE, TOKENS)
    assert max(map(len, fields.values())) < 64
    assert all(value.isascii() for name, value in fields.items() if name.isdecimal())


def test_a_purchase_without_payer_and_tokens_keeps_none() -> None:
    fields = to_fields("S001", "ana", replace(PURCHASE, payer=Payer()), OrderTokens())
    assert {name for name in fields if not name.isdecimal()} == set()
    order = from_record("07-x", fields | BESIDE)
    assert (order.payer, order.tokens) == (Payer(), OrderTokens())


@pytest.mark.parametrize(
    "more", [{}, {"filme": "Bacurau", "sala": "Azul"}, {"link": "", "chave": "0a" * 16}]
)
def test_a_record_of_the_version_before_is_read_and_repacked_alike(more: dict[str, str]) -> None:
    before = {"data": json.dumps(OF_BEFORE | more)} | BESIDE
    after = fields_of(record_of(before)) | BESIDE
    assert "data" not in after
    assert from_record("07-x", after) == from_record("07-x", before)
    again = json.loads(json.dumps(record_of(after)))
    assert again == OF_BEFORE | more
