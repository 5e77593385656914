"""The order's record: the JSON of a sale that Redis keeps, written and read here alone.

A hash has it as `data`, and beside it what changes: `created_at`, `state`, `cancelled_at`, `mail`, `mail_reason`,
`corrections`, `key` (the order key), and from some time after the session on `settled_at` and `erased_at`
(lua/forget.lua).
"""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from cinema.outcomes import MailState, Order, OrderTokens, Payer, Purchase, Screening
from cinema.tickets import Category, Ticket


def to_record(session_id: str, buyer: str, purchase: Purchase, tokens: OrderTokens) -> str:
    payer, screening = purchase.payer, purchase.screening
    record = orjson.dumps(
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
    return record.decode()


def from_record(order_id: str, fields: Mapping[str, str]) -> Order:
    """The order of a hash. Records from before film, room and tokens were kept lack them."""
    data = json.loads(fields["data"])
    return Order(
        id=order_id,
        session_id=data["sessao_id"],
        tickets=tuple(
            Ticket(seat, Category(category), price) for seat, category, price in data["ingressos"]
        ),
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
        mail_reason=fields["mail_reason"],
        corrections=int(fields.get("corrections", 0)),
        settled="settled_at" in fields,
        erased_at=int(fields.get("erased_at", 0)),
    )


def with_email(record: str, email: str) -> str:
    """The record with another address, and no trace of the one of before."""
    return json.dumps(json.loads(record) | {"email": email})


def without_personal_data(record: str) -> str:
    """The record without name, CPF and e-mail. The buyer's random id stays: it says nothing of the person."""
    left = json.loads(record) | {"nome_completo": "", "cpf": "", "email": ""}
    return json.dumps(left, ensure_ascii=False, separators=(",", ":"))


def _screening(data: Mapping[str, Any]) -> Screening:
    return Screening(
        starts_at=data["inicio_ms"],
        film_id=data.get("filme_id", ""),
        film=data.get("filme", ""),
        minutes=data.get("duracao_min", 0),
        rating=data.get("classificacao", ""),
        room=data.get("sala", ""),
        language=data.get("idioma_sessao", ""),
    )
