"""The rules of the house, for requests from a browser. Other callers may hold and buy any free
seat.

They are manners, not invariants: each check reads who has the seats, and the transition follows, so
a seat may change in between. At worst two people who are quick at the same time leave a single
seat. The invariants (no seat is sold twice, no basket is taken in part) are checked inside the
transition.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from booking.answer import Answer
from booking.order import Purchase
from booking.requests import SeatRequest
from booking.seat_records import Claim
from booking.seating import lonely_seats, lost_companions, split_sofas
from cinema.identity import owner_tag
from cinema.refusals import Refusal
from seat_state_service import SeatStateService


class HouseRules:
    def __init__(self, seats: SeatStateService) -> None:
        self._seats = seats

    async def refusal_of_hold(self, wanted: SeatRequest) -> Answer | None:
        """A sofa is held whole, or its second half by the holder of the first."""
        if not _split_sofas(wanted):
            return None
        own = (await self._own_other_halves(wanted)).keys() - set(wanted.given_back)
        split = split_sofas(wanted.session.room, wanted.seats, own)
        return Answer(Refusal.HALF_A_SOFA, split) if split else None

    async def whole_sofas(self, wanted: SeatRequest) -> SeatRequest:
        """A sofa is given back whole: adds the other halves that the buyer holds."""
        if not _split_sofas(wanted):
            return wanted
        own = await self._own_other_halves(wanted)
        held = [seat for seat, claim in own.items() if not claim.sold]
        return replace(wanted, seats=(*wanted.seats, *held))

    async def whole_exchange(self, wanted: SeatRequest) -> SeatRequest:
        """The same for the seats that an exchange gives back."""
        if not wanted.given_back:
            return wanted
        whole = await self.whole_sofas(replace(wanted, seats=wanted.given_back))
        return replace(
            wanted, given_back=tuple(seat for seat in whole.seats if seat not in wanted.seats)
        )

    async def judged(self, wanted: SeatRequest, purchase: Purchase) -> Purchase:
        """With a veto where the rules forbid to buy these seats.

        `confirm` applies a veto after every other check, so a repeated order key still gets its
        order. A change since the buyer looked comes before the rules.
        """
        if not wanted.from_browser or purchase.veto not in (None, Refusal.PAYMENT_DECLINED):
            return purchase
        rows = [wanted.session.room.rows_by_seat[seat] for seat in wanted.seats]
        names = {place.seat: None for row in rows for place in row.places if place is not None}
        claims = await self._seats.claims(wanted.session.id, list(names))
        for refusal, seats in _problems(wanted, claims):
            return replace(purchase, veto=refusal, vetoed=seats)
        return purchase

    async def _own_other_halves(self, wanted: SeatRequest) -> Mapping[str, Claim]:
        """The other half of each sofa of which the request names one half, if the buyer has it."""
        others = [wanted.session.room.other_halves[seat] for seat in _split_sofas(wanted)]
        return _own(wanted, await self._seats.claims(wanted.session.id, others))


def _split_sofas(wanted: SeatRequest) -> tuple[str, ...]:
    """The halves of sofas that a browser names without the other half."""
    return split_sofas(wanted.session.room, wanted.seats) if wanted.from_browser else ()


def _own(wanted: SeatRequest, claims: Mapping[str, Claim]) -> dict[str, Claim]:
    tag = owner_tag(wanted.session.id, wanted.buyer)
    return {seat: claim for seat, claim in claims.items() if claim.tag == tag}


def _problems(
    wanted: SeatRequest, claims: Mapping[str, Claim]
) -> Iterator[tuple[Refusal, tuple[str, ...]]]:
    """Which rules forbid to buy these seats, given who has the seats of their rows.

    Seats that the buyer holds but does not pay for now count as free: they may be given back.
    """
    room, own = wanted.session.room, _own(wanted, claims)
    bought = {seat for seat, claim in own.items() if claim.sold}
    chosen = {seat: claim.since for seat, claim in own.items() if seat in wanted.seats}
    taken = {s: claim.at for s, claim in claims.items() if s not in own or s in bought}
    rows = {room.rows_by_seat[seat].name: room.rows_by_seat[seat] for seat in wanted.seats}.values()
    found = {
        Refusal.HALF_A_SOFA: split_sofas(room, wanted.seats, bought),
        Refusal.COMPANION_ALONE: tuple(
            seat for row in rows for seat in lost_companions(row, chosen, bought)
        ),
        Refusal.LONELY_SEAT: tuple(
            seat for row in rows for seat in lonely_seats(row, chosen, taken)
        ),
    }
    return ((refusal, seats) for refusal, seats in found.items() if seats)
