"""How long after the acknowledgement of a sale its mail is with the mail server: by Kafka, and
without it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.bench.buyers import Counter, Order, counter
from tests.bench.meter import drive
from tests.bench.row import Figures, Round, Row, Scale
from tests.bench.stage import whole_system
from tests.bench.times import time_figures, times
from tests.support.mailbox import Mailbox
from tests.support.waiting import eventually

SESSION = "S001"
SALES = 100
PATIENCE = 30
PAUSE_SECONDS = 0.1


class TimedMailbox(Mailbox):
    """Notes when each mail came (time.monotonic()), by whom it is for."""

    def __init__(self) -> None:
        super().__init__()
        self.came: dict[str, float] = {}

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self.came[envelope.rcpt_tos[0]] = time.monotonic()
        return answer


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    async def one_round() -> Figures:
        sales = scale.of(SALES)
        by_kafka = await _delays(sales, kafka=True)
        return times("kafka", by_kafka) | times("without", await _delays(sales, kafka=False))

    yield one_round


async def _delays(sales: int, *, kafka: bool) -> list[float]:
    post = TimedMailbox()
    with whole_system(kafka=kafka, mailbox=post) as system:
        async with counter(system.bookings[0].address) as at:
            seats = (await at.seats(SESSION))[:sales]
            acknowledged = {seat: await _sell(at, seat) for seat in seats}
        await eventually(lambda: len(post.came) >= len(seats), PATIENCE, "all mails")
    return [post.came[_address(seat)] - sold for seat, sold in acknowledged.items()]


async def _sell(at: Counter, seat: str) -> float:
    """When it was acknowledged. The next one is a moment later."""
    order = Order.of(SESSION, [seat], _address(seat))
    await drive([*at.holds([order]), *at.payments([order])], in_flight=1)
    acknowledged = time.monotonic()
    await asyncio.sleep(PAUSE_SECONDS)
    return acknowledged


def _address(seat: str) -> str:
    return f"{seat.lower()}@exemplo.com.br"


MAIL_DELAY = Row(
    "mail_delay",
    "From an acknowledged sale to its mail, ten sales a second",
    "From the moment at which the buyer has the answer to the moment at which the mail server "
    "has the mail.",
    (*time_figures("kafka", "by Kafka"), *time_figures("without", "without Kafka")),
    _stage,
    rounds=1,
)
