"""Everything that the RPCs read and write in Redis."""

from dataclasses import dataclass
from typing import Self

from booking.buyer_orders import BuyerOrders
from booking.mail_limits import MailLimits
from booking.mail_schedule import MailSchedule
from booking.orders import OrderBook
from booking.policy import Policy
from booking.programme.file import ProgrammeFile
from booking.session_list import SessionList
from cinema.redis_connection import RedisClient
from seat_state_service import SeatStateService


@dataclass(frozen=True)
class Stores:
    seats: SeatStateService
    orders: OrderBook
    buyer_orders: BuyerOrders
    mails: MailSchedule
    mail_limits: MailLimits
    session_list: SessionList

    @classmethod
    def over(
        cls, redis: RedisClient, seats: SeatStateService, programme: ProgrammeFile, policy: Policy
    ) -> Self:
        """`redis` is the connection of `seats`."""
        return cls(
            seats=seats,
            orders=OrderBook(redis),
            buyer_orders=BuyerOrders(redis, seats, programme),
            mails=MailSchedule(redis),
            mail_limits=MailLimits(redis, policy.mails, policy.person_secret),
            session_list=SessionList(redis, programme),
        )
