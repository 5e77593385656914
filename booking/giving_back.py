"""Which seats of an order can be given back without the others: a sofa goes whole, and no
companion's seat stays without its wheelchair space."""

from collections.abc import Collection

import cinema_pb2 as pb
from booking.order import Order
from booking.programme import Session
from booking.requests import MOST_SEATS_IN_A_REQUEST, InvalidRequest
from booking.seating import lost_companions
from cinema.seats import MalformedSeat, canonical


def parse_order_seats(request: pb.CancelarAssentosRequest, order: Order) -> tuple[str, ...]:
    """The seats that the request names, each of which the order has or had. Raises
    InvalidRequest."""
    if not 0 < len(request.assentos) <= MOST_SEATS_IN_A_REQUEST:
        raise InvalidRequest(f"assentos: de 1 a {MOST_SEATS_IN_A_REQUEST}.")
    try:
        names = dict.fromkeys(map(canonical, request.assentos))
    except MalformedSeat:
        raise InvalidRequest("assentos: use nomes como A05.") from None
    known = {*order.seats, *(one.ticket.seat for one in order.given_back)}
    if foreign := names.keys() - known:
        raise InvalidRequest(f"O pedido não tem o assento {min(foreign)}.")
    return tuple(names)


def whole_sofas(order: Order, seats: tuple[str, ...], session: Session | None) -> tuple[str, ...]:
    """With the other halves of the order's sofas."""
    halves = session.room.other_halves if session else {}
    others = [halves[seat] for seat in seats if halves.get(seat) in order.seats]
    return tuple(dict.fromkeys((*seats, *others)))


def companions_left_alone(
    order: Order, leaving: Collection[str], bought: Collection[str], session: Session
) -> tuple[str, ...]:
    """Companions' seats of the order that would stay without their wheelchair space.

    `bought`: all seats that the buyer has bought in the session.
    """
    rows_by_seat = session.room.rows_by_seat
    rows = {rows_by_seat[s].name: rows_by_seat[s] for s in leaving if s in rows_by_seat}.values()
    staying = [seat for seat in order.seats if seat not in leaving]
    kept = [seat for seat in bought if seat not in leaving]
    alone = {seat for row in rows for seat in lost_companions(row, staying, kept)}
    before = {seat for row in rows for seat in lost_companions(row, staying, bought)}
    return tuple(sorted(alone - before))
