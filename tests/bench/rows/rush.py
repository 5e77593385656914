"""Ten thousand buyers for the 200 seats of one session, by gRPC and by WebSocket, beside the
naive design."""

import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.bench import big_room
from tests.bench.buyers import Order
from tests.bench.meter import cost_of
from tests.bench.rivals import Replies, Rival, asked_by_next, is_granted, rivals
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.sockets import hold_message, pages

BUYERS = 10_000
PAGES = 1_000  # through the gateway: each asks for ten seats, one after the other
SESSIONS = 20


class WrongNumber(Exception):
    """Not every seat was granted to exactly one buyer."""


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    async with rivals(SESSIONS, small=True) as both:

        async def one_round() -> Figures:
            wishes = random.choices(both.seats, k=scale.of(BUYERS))
            session, other = next(both.sessions), next(both.sessions)
            grpc = await _by_grpc(both.ours, session, wishes)
            naive_grpc = await _by_grpc(both.naive, session, wishes)
            page_count = scale.of(PAGES)
            socket = await _by_socket(both.ours, other, wishes, page_count)
            naive_socket = await _by_socket(both.naive, other, wishes, page_count)
            return {
                "grpc": naive_grpc / grpc,
                "socket": naive_socket / socket,
                "grpc_seconds": grpc,
                "socket_seconds": socket,
            }

        yield one_round


async def _by_grpc(rival: Rival, session: str, wishes: Sequence[str]) -> float:
    """Seconds until all are answered, all asked at the same moment."""
    won: list[Order] = []
    calls = rival.counter.asks([Order.of(session, [seat]) for seat in wishes], won)
    cost = await cost_of(calls, len(calls), {})
    _check([order.request.assento.assento_num for order in won])
    return len(calls) / cost.rate


async def _by_socket(rival: Rival, session: str, wishes: Sequence[str], page_count: int) -> float:
    async with pages(rival.url, session, page_count) as opened:
        waiting, replies = deque(opened), {seat: Replies() for seat in wishes}
        calls = [asked_by_next(waiting, hold_message(seat), replies[seat]) for seat in wishes]
        cost = await cost_of(calls, page_count, {})
    # A buyer who asks again for what is his is granted it again.
    winners = {
        (seat, page) for seat in replies for page, reply in replies[seat] if is_granted(reply)
    }
    _check([seat for seat, _ in winners])
    return len(calls) / cost.rate


def _check(granted: Sequence[str]) -> None:
    if len(granted) != big_room.SMALL_SEATS or len(set(granted)) != big_room.SMALL_SEATS:
        raise WrongNumber(f"{len(granted)} grants of {len(set(granted))} seats")


RUSH = Row(
    "rush",
    "10,000 buyers for 200 seats",
    "All at the same moment, each for a random seat: by gRPC 10,000 buyers, by the gateway "
    "1,000 pages that each ask ten times. Every seat must be granted to exactly one of them, or "
    "the benchmark fails.",
    (
        Figure("grpc", "by gRPC: rate, of the naive server's", 2.5, better="more"),
        Figure("socket", "by the gateway: rate, of the naive one's", 10, better="more"),
        Figure("grpc_seconds", "by gRPC: until all are answered", unit="s"),
        Figure("socket_seconds", "by the gateway: until all are answered", unit="s"),
    ),
    _stage,
    rounds=3,
)
