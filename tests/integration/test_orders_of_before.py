"""Orders, keys and accounts that the version before wrote: they are read, answered, corrected,
erased and cancelled."""

import json
from typing import Any

from booking.order import Order, Payer, Purchase
from booking.order_end import OrderEnd
from booking.orders import Correction, OrderBook
from booking.seat_records import Claim
from cinema.identity import owner_tag
from cinema.keys import order_key
from cinema.mail_state import MailState
from cinema.refusals import Refusal
from cinema.tickets import Category, Ticket
from tests.support.hall import Buyer, Hall

ANA = Payer("Ana Souza", "***.982.247-**", "ana@example.com")
PERSON = "0123456789abcdef" * 2
KEY = "1f0c4fd2-6e5a-4b8e-9a3d-6f8a2c1b0e9d"


async def bought_before(hall: Hall, ana: Buyer, *seats: str) -> str:
    """A sale as the version before left it in Redis."""
    await ana.hold(*seats)
    order_id = (await ana.confirm(*seats, key=KEY, payer=ANA)).order_id
    order: Any = await OrderBook(hall.redis).get(order_id)
    tag = owner_tag(hall.session, ana.name)
    sale = {"order": order_id, "buyer": ana.name, "tag": tag, "seats": len(seats)}
    sale |= {"since": 1, "at": 2, "person": PERSON}
    record = {
        "sessao_id": hall.session,
        "usuario_id": ana.name,
        "nome_completo": ANA.name,
        "cpf": ANA.masked_cpf,
        "email": ANA.email,
        "ingressos": [(seat, "inteira", 3200) for seat in seats],
        "forma_pagamento": "",
        "idioma": "pt-BR",
        "inicio_ms": 0,
        "link": order.tokens.view,
        "chave": order.tokens.manage,
    }
    fields = {
        **{"data": json.dumps(record), "created_at": "1", "state": "confirmed"},
        **{"mail": "pending", "mail_reason": "", "key": KEY},
    }
    tickets = tuple(Ticket(seat, Category.FULL, 3200) for seat in seats)
    body = Purchase(tickets, payer=ANA).fingerprint()
    known = _lua_json(order=order_id, fingerprint=body)
    async with hall.redis.pipeline() as before:
        before.delete(order_key(order_id), hall.keys.order_keys)
        before.hset(order_key(order_id), mapping=fields)
        before.hset(hall.keys.order_keys, _lua_json(ana.name, KEY), known)
        before.hset(hall.keys.order_keys, _lua_json("", KEY, body), known)
        for seat in seats:
            before.hset(hall.keys.sold, seat, _lua_json(**sale))
        await before.execute()
    return order_id


def _lua_json(*parts: str, **fields: object) -> str:
    """As cjson writes it."""
    return json.dumps(fields or parts, separators=(",", ":"))


async def read(hall: Hall, order_id: str) -> Order:
    order = await OrderBook(hall.redis).get(order_id)
    assert order
    return order


async def test_a_repeated_payment_finds_its_order_also_from_another_browser(hall: Hall) -> None:
    ana = hall.buyer("ana")
    order_id = await bought_before(hall, ana, "A01", "A02")
    for buyer in (ana, hall.buyer("ana without her cookie")):
        again = await buyer.confirm("A01", "A02", key=KEY, payer=ANA)
        assert (again.refusal, again.order_id) == (None, order_id)
    other_body = await ana.confirm("A01", key=KEY, payer=ANA)
    assert other_body.refusal is Refusal.KEY_CONFLICT
    without_key = await ana.confirm("A01", "A02")
    assert (without_key.refusal, without_key.order_id) == (None, order_id)


async def test_a_key_of_before_is_free_for_another_buyers_other_seats(hall: Hall) -> None:
    order_id = await bought_before(hall, hall.buyer("ana"), "A01")
    bia = hall.buyer("bia")
    await bia.hold("B01")
    theirs = (await bia.confirm("B01", key=KEY)).order_id
    assert (await bia.confirm("B01", key=KEY)).order_id == theirs != order_id
    assert (await hall.buyer("ana").confirm("B01", key=KEY)).refusal is Refusal.KEY_CONFLICT
    assert (await hall.buyer("ana").confirm("A01", key=KEY, payer=ANA)).order_id == order_id


async def test_its_address_is_corrected(hall: Hall) -> None:
    order_id = await bought_before(hall, hall.buyer("ana"), "A01")
    before, book = await read(hall, order_id), OrderBook(hall.redis)
    assert await book.correct_email(before, "bia@example.com", 1) is Correction.DONE
    assert await book.correct_email(before, "bia@example.com", 1) is Correction.DONE
    after = await read(hall, order_id)
    assert after.payer == Payer(ANA.name, ANA.masked_cpf, "bia@example.com")
    assert (after.tickets, after.tokens, after.corrections) == (before.tickets, before.tokens, 1)
    assert await book.correct_email(after, "eva@example.com", 1) is Correction.NO_MORE


async def test_it_ends_in_the_steps_of_any_order(hall: Hall) -> None:
    order_id = await bought_before(hall, hall.buyer("ana"), "A01", "A02")
    order, end = await read(hall, order_id), OrderEnd(hall.redis)
    assert await end.settle(order)
    assert not await hall.redis.exists(hall.keys.order_keys)
    assert await end.erase(order)
    assert "Ana" not in json.dumps(await hall.redis.hgetall(order_key(order_id)))
    erased = await read(hall, order_id)
    assert (erased.payer, erased.mail) == (Payer(), MailState.NO_ADDRESS)
    assert erased.seats == ("A01", "A02")
    assert await hall.states() == {"A01": "sold", "A02": "sold"}


async def test_it_is_cancelled(hall: Hall) -> None:
    ana = hall.buyer("ana")
    order_id = await bought_before(hall, ana, "A01", "A02")
    assert await ana.cancel(order_id, "A01", "A02")
    assert await hall.states() == {}
    assert (await ana.confirm("A01", "A02", key=KEY, payer=ANA)).refusal is Refusal.ORDER_CANCELLED


async def test_who_has_a_seat_is_known(hall: Hall) -> None:
    ana = hall.buyer("ana")
    await bought_before(hall, ana, "A01")
    await ana.hold("B01")
    await ana.confirm("B01")
    tag = owner_tag(hall.session, "ana")
    claims = await hall.seats.claims(hall.session, ["A01", "B01"])
    assert claims["A01"] == Claim(tag, True, 1, 2)
    assert (claims["B01"].tag, claims["B01"].sold) == (tag, True)
    assert claims["B01"].since == claims["B01"].at
    sold = (await hall.seats.snapshot(hall.session)).sold
    assert {seat: sale.tag for seat, sale in sold.items()} == {"A01": tag, "B01": tag}


async def test_it_counts_against_the_limits_of_its_person_and_its_buyer(hall: Hall) -> None:
    hall = hall.with_rules(most_seats=2)
    await bought_before(hall, hall.buyer("ana"), "A01")
    bia = hall.buyer("bia")
    await bia.hold("B01", "B02")
    assert (await bia.confirm("B01", "B02", person=PERSON)).refusal is Refusal.OVER_LIMIT
    assert (await bia.confirm("B01", person=PERSON)).refusal is None
    assert (await bia.confirm("B02", person=PERSON)).refusal is Refusal.OVER_LIMIT
    await hall.redis.hdel(hall.keys.buyers, "ana")  # counted again where it is too much
    assert (await hall.buyer("ana").hold("C01", "C02", "C03")).refusal is Refusal.OVER_LIMIT
    assert (await hall.buyer("ana").hold("C01")).refusal is None


async def test_an_order_takes_half_of_the_memory_that_it_took(hall: Hall) -> None:
    ana = hall.buyer("ana")
    before = await bought_before(hall, ana, "A01")
    await ana.hold("B01")
    after = (await ana.confirm("B01", key="another", payer=ANA)).order_id
    sizes = [await hall.redis.memory_usage(order_key(one)) for one in (before, after)]
    assert sizes[1] < 0.6 * sizes[0]
