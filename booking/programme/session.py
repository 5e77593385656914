"""One showing of a film."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property

from booking.programme.rooms import Room, SeatKind
from cinema.local_time import SAO_PAULO


@dataclass(frozen=True)
class Film:
    id: str
    title: str
    duration_minutes: int
    rating: str  # the age rating, such as "16" or "L"
    synopsis: str
    poster: str = ""  # the picture's version; empty: it is drawn


@dataclass(frozen=True, eq=False)
class Session:
    """`start` is an aware moment, or a bare time of day: a daily session, for demonstrations.

    `change` and `cancelled` are sentences for buyers: what changed, and why it does not take place.
    """

    id: str
    film: Film
    room: Room
    language: str
    start: datetime | time
    prices: Mapping[SeatKind, int]  # centavos; COMUM is always there
    change: str = ""
    cancelled: str = ""

    @property
    def starts_at(self) -> datetime:
        """In America/Sao_Paulo. For a daily session: its next start."""
        if isinstance(self.start, datetime):
            return self.start
        return next_moment(self.start, datetime.now(SAO_PAULO))

    @property
    def starts_at_ms(self) -> int:
        """`starts_at` as Unix time in ms."""
        return int(self.starts_at.timestamp() * 1_000)

    @cached_property
    def closes_at_ms(self) -> int:
        """When sales and holds end, as Unix time in ms: at the start. 0: never."""
        return int(self.start.timestamp() * 1_000) if isinstance(self.start, datetime) else 0

    @cached_property
    def edition(self) -> str:
        """Differs if buyers must know of a change: another film, room, seat, language or time."""
        names = json.dumps([self.film.id, self.film.title, self.room.name])
        facts = json.dumps([self.language, str(self.start), self.cancelled])
        text = f"{names[:-1]}, {self.room.layout}, {facts[1:]}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def price_of(self, kind: SeatKind) -> int:
        """In centavos. A kind without a price of its own costs what COMUM costs."""
        return self.prices.get(kind, self.prices[SeatKind.COMUM])

    @cached_property
    def lowest_price(self) -> int:
        """In centavos: of the cheapest seat that the room has."""
        return min(self.price_of(kind) for kind in self.room.kinds)


def next_moment(clock: time, now: datetime) -> datetime:
    """The first moment after `now`, in its zone, at which the clock shows `clock`."""
    today = datetime.combine(now.date(), clock, now.tzinfo)
    return today if today > now else today + timedelta(days=1)
