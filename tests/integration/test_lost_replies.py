"""Redis ran the script, and its reply never came: asking again finds what was done, whole."""

from redis.exceptions import ConnectionError as RedisGone

from booking.answer import Answer
from tests.support.backends import RedisServer
from tests.support.hall import Buyer, Hall, patient_client
from tests.support.losing_proxy import LosingProxy

SEATS = ("A01", "A02", "A03", "A04")


async def paid(buyer: Buyer, seat: str) -> Answer:
    """Asks until an answer comes, as callers do."""
    while True:
        try:
            return await buyer.confirm(seat, key=f"key of {seat}")
        except RedisGone:
            pass


async def test_a_payment_whose_reply_was_lost_is_one_order_and_one_message_in_the_outbox(
    redis_server: RedisServer,
) -> None:
    with LosingProxy(redis_server.port) as proxy:
        async with patient_client(proxy.url) as redis:
            hall = Hall(redis)
            ana = hall.buyer()
            await ana.hold(*SEATS)
            proxy.to_cut = len(SEATS)
            answers = [await paid(ana, seat) for seat in SEATS]
            assert proxy.cut > 0
            assert {answer.refusal for answer in answers} == {None}
            messages = [message["pedido_id"] for message in await hall.outbox()]
    assert messages == [answer.order_id for answer in answers]
