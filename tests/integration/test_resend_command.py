"""An operator sends one order's mail again, by its code."""

from typing import Any

import pytest

import cinema_pb2 as pb
from cinema.keys import new_order_id, partition_keys, partition_of
from cinema.order_code import order_code
from cinema.service import CannotStart
from notifications.resend import resend_mail
from notifications.settings import DeliverySettings
from tests.support.booking_desk import CALL_SECONDS, Customer, Desk


def sold(customer: Customer, **more: Any) -> str:
    assert customer.hold("A05").sucesso
    return customer.confirm("A05", **more).pedido_id


def sent(desk: Desk, order_id: str) -> None:
    record = pb.RegistroEmail(pedido_id=order_id, estado=pb.EMAIL_ENVIADO)
    desk.stub.RegistrarEmail(record, timeout=CALL_SECONDS)


def messages(desk: Desk, customer: Customer) -> int:
    with desk.redis() as redis:
        return int(redis.xlen(partition_keys(partition_of(customer.session)).outbox))


def settings(desk: Desk) -> DeliverySettings:
    return DeliverySettings(booking_address=desk.booking.address)


@pytest.mark.parametrize("name", [order_code, str.lower, str], ids=["code", "small code", "id"])
async def test_a_mail_is_sent_again_once(
    desk: Desk, caplog: pytest.LogCaptureFixture, name: type[str]
) -> None:
    ana = desk.customer()
    order_id = sold(ana)
    who = name(order_code(order_id)) if name is str.lower else name(order_id)
    sent(desk, order_id)
    before = messages(desk, ana)
    caplog.set_level("INFO")
    for expected in ("its mail is sent again", "its mail is on its way already, nothing was done"):
        await resend_mail(who, settings(desk))
        assert caplog.messages[-1] == f"order {order_code(order_id)}: {expected}"
        assert messages(desk, ana) == before + 1


async def test_what_has_no_mail_is_refused_in_a_sentence(desk: Desk) -> None:
    without, ana = desk.customer(), desk.customer()
    anonymous = sold(without, payment=None)
    cancelled = sold(ana)
    assert ana.cancel(cancelled).sucesso
    unknown = order_code(new_order_id("S001"))
    before = messages(desk, ana), messages(desk, without)
    for name, sentence in (
        (order_code(anonymous), "has no address"),
        (order_code(cancelled), "is cancelled"),
        (unknown, f"no order has the code {unknown}: nothing is sent"),
        ("ana@example.com", "is no order's code"),
        ("", "is no order's code"),
    ):
        with pytest.raises(CannotStart, match=sentence):
            await resend_mail(name, settings(desk))
    assert (messages(desk, ana), messages(desk, without)) == before
