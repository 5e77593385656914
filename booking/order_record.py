"""The order's record: the only place that writes and reads what Redis stores of an order.

An order is a hash. `nome`, `cpf` and `email` are its personal data, absent once erased. `0`, `1`, …
are the pieces of a JSON array with what never changes, in the order of `_SALE`. The other fields
change: `created_at`, `state`, `cancelled_at`, `given_back` (lua/cancel.lua), `mail`, `mail_reason`,
`corrections`, `key` (the digest of the order key), and some time after the session `settled_at` and
`erased_at` (lua/forget.lua).

Pieces, because Redis packs a small hash as long as no value is longer than 64 bytes: half the
memory. Earlier versions wrote one JSON object, `data`, which is still read;
booking/order_upgrade.py repacks it.
"""

import base64
import json
from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any

import orjson

from booking.order import GivenBack, Order, OrderTokens, Payer, Purchase, Screening
from cinema.contract import CATEGORIES, CATEGORY_NUMBERS
from cinema.mail_state import MailState
from cinema.tickets import Category, Ticket

Record = dict[str, Any]  # by the names of the ledger and the contract

# Bytes: the default of hash-max-listpack-value is 64, and 63 is the longest with a one-byte header.
_PIECE = 63
_PERSONAL = {"nome": "nome_completo", "cpf": "cpf", "email": "email"}
# May only grow at its end: orders in Redis count on it.
_SALE = (
    *("sessao_id", "usuario_id", "ingressos", "forma_pagamento", "idioma", "inicio_ms", "filme_id"),
    *("filme", "duracao_min", "classificacao", "sala", "idioma_sessao", "link", "chave"),
)


def to_fields(
    session_id: str, buyer: str, purchase: Purchase, tokens: OrderTokens
) -> dict[str, str]:
    payer, screening = purchase.payer, purchase.screening
    return fields_of(
        {
            "sessao_id": session_id,
            "usuario_id": buyer,
            "nome_completo": payer.name,
            "cpf": payer.masked_cpf,
            "email": payer.email,
            "ingressos": [(t.seat, t.category, t.price) for t in purchase.tickets],
            "forma_pagamento": purchase.payment_method,
            "idioma": purchase.language,
            "inicio_ms": screening.starts_at,
            "filme_id": screening.film_id,
            "filme": screening.film,
            "duracao_min": screening.minutes,
            "classificacao": screening.rating,
            "sala": screening.room,
            "idioma_sessao": screening.language,
            "link": tokens.view,
            "chave": tokens.manage,
        }
    )


def fields_of(record: Record) -> dict[str, str]:
    """The fields of the hash that never change, and the personal data, if any."""
    tickets = [
        (seat, CATEGORY_NUMBERS[Category(name)], price) for seat, name, price in record["ingressos"]
    ]
    packed: Record = record | {"ingressos": tickets}
    for name in ("link", "chave"):
        if name in record:
            packed[name] = _packed_token(record[name])
    text = orjson.dumps([packed.get(name) for name in _SALE]).decode()
    if not text.isascii():  # a piece must end at a character
        text = json.dumps(orjson.loads(text), separators=(",", ":"))
    pieces = {
        str(n): text[begin : begin + _PIECE] for n, begin in enumerate(range(0, len(text), _PIECE))
    }
    personal = {field: record[name] for field, name in _PERSONAL.items() if record[name]}
    return personal | pieces


def record_of(fields: Mapping[str, str]) -> Record:
    """Raises ValueError, KeyError or TypeError if somebody edited the record by hand."""
    if "data" in fields:
        record: Record = json.loads(fields["data"])
        return record
    names = takewhile(fields.__contains__, map(str, count()))
    values = dict(zip(_SALE, json.loads("".join(fields[name] for name in names)), strict=False))
    record = {name: value for name, value in values.items() if value is not None}
    record["ingressos"] = [
        (seat, CATEGORIES[number].value, price) for seat, number, price in record["ingressos"]
    ]
    tokens = {name: _token(record[name]) for name in ("link", "chave") if name in record}
    personal = {name: fields.get(field, "") for field, name in _PERSONAL.items()}
    return record | tokens | personal


def from_record(order_id: str, fields: Mapping[str, str]) -> Order:
    """The order of a hash. Older records lack film, room and tokens."""
    return order_of(order_id, fields, record_of(fields))


def order_of(order_id: str, fields: Mapping[str, str], data: Record) -> Order:
    """The same, from a record that `record_of` has read."""
    sold = {
        seat: Ticket(seat, Category(category), price) for seat, category, price in data["ingressos"]
    }
    times = times_given_back(fields)
    return Order(
        id=order_id,
        session_id=data["sessao_id"],
        tickets=tuple(ticket for seat, ticket in sold.items() if seat not in times),
        buyer=data["usuario_id"],
        payer=Payer(data["nome_completo"], data["cpf"], data["email"]),
        payment_method=data["forma_pagamento"],
        language=data["idioma"],
        screening=_screening(data),
        tokens=OrderTokens(data.get("link", ""), data.get("chave", "")),
        created_at=int(fields["created_at"]),
        cancelled=fields["state"] == "cancelled",
        cancelled_at=int(fields.get("cancelled_at", 0)),
        mail=MailState(fields["mail"]),
        mail_reason=fields.get("mail_reason", ""),
        corrections=int(fields.get("corrections", 0)),
        settled="settled_at" in fields,
        erased_at=int(fields.get("erased_at", 0)),
        given_back=tuple(GivenBack(sold[seat], at) for seat, at in times.items()),
    )


def times_given_back(fields: Mapping[str, str]) -> dict[str, int]:
    """The seats that were given back one by one, with the times in Unix ms."""
    pairs = (entry.split(":") for entry in fields.get("given_back", "").split())
    return {seat: int(at) for seat, at in pairs}


def given_back_field(order: Order) -> str:
    """The hash's field for these seats: a script compares it with the current one."""
    return " ".join(f"{one.ticket.seat}:{one.at}" for one in order.given_back)


def _screening(data: Record) -> Screening:
    return Screening(
        starts_at=data["inicio_ms"],
        film_id=data.get("filme_id", ""),
        film=data.get("filme", ""),
        minutes=data.get("duracao_min", 0),
        rating=data.get("classificacao", ""),
        room=data.get("sala", ""),
        language=data.get("idioma_sessao", ""),
    )


def _packed_token(token: str) -> str:
    """A token's 128 bits in 22 characters instead of 32."""
    return base64.urlsafe_b64encode(bytes.fromhex(token)).decode().rstrip("=")


def _token(packed: str) -> str:
    return base64.urlsafe_b64decode(f"{packed}==" if packed else "").hex()
