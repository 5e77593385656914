"""How long after the acknowledgement of a sale its mail is with the mail server: by Kafka, and without it.

python -m tests.bench.mail
"""

import argparse
import asyncio
import time

import grpc
from aiosmtpd.smtp import SMTP, Envelope, Session

from cinema_pb2_grpc import ReservaStub
from tests.bench import report
from tests.bench.sales import Sale, sell
from tests.bench.stage import whole_system
from tests.client_load import Crowd, free_seats
from tests.mailbox import Mailbox
from tests.waiting import eventually

SESSION = "S001"
CALL_SECONDS = 5
PATIENCE = 30
PAUSE_SECONDS = 0.1


class TimedMailbox(Mailbox):
    """Notes when each mail came (time.monotonic()), by its Message-ID."""

    def __init__(self) -> None:
        super().__init__()
        self.came: dict[str, float] = {}

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self.came[str(self.messages[-1]["Message-ID"])] = time.monotonic()
        return answer

    def came_for(self, sale: Sale) -> float | None:
        return next((when for id_, when in self.came.items() if sale.order in id_), None)


async def measure(sales: int) -> None:
    report.show(
        "From an acknowledged sale to its mail",
        [
            ("by Kafka", report.spread(await _delays(sales, kafka=True))),
            ("without Kafka", report.spread(await _delays(sales, kafka=False))),
        ],
    )


async def _delays(sales: int, *, kafka: bool) -> list[float]:
    post = TimedMailbox()
    with whole_system(kafka=kafka, mailbox=post) as system:
        async with grpc.aio.insecure_channel(system.bookings[0].address) as channel:
            seats = free_seats(await Crowd(channel, SESSION, CALL_SECONDS).seat_map())
            sold = []
            for seat in seats[:sales]:
                sold.append(await sell(ReservaStub(channel), SESSION, seat))
                await asyncio.sleep(PAUSE_SECONDS)
        await eventually(lambda: len(post.came) >= len(sold), PATIENCE, "all mails")
    return [(post.came_for(sale) or float("nan")) - sale.acknowledged for sale in sold]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sales", type=int, default=100)
    asyncio.run(measure(parser.parse_args().sales))


if __name__ == "__main__":
    main()
