"""What a ticket's mail and its line in the ledger cost, while hundreds of orders wait: the
producer, without Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.ports import LOOPBACK
from tests.bench import big_room
from tests.bench.buyers import counter, in_groups, sell
from tests.bench.mail_sink import MailSink, mail_sink
from tests.bench.meter import metered
from tests.bench.progress import Progress
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import BoxOffice, box_office
from tests.support.processes import LocalProcess
from tests.support.services import UNLIMITED, producer
from tests.support.waiting import eventually

ORDERS = 400
SESSIONS = 4
PATIENCE = 300
RECORD = b'"pedido_id"'


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    sessions = iter(big_room.numbered(SESSIONS))
    programme = big_room.programme(big_room.numbered(SESSIONS))
    with mail_sink() as sink, box_office(programme) as office, _producer(office, sink) as sender:
        async with counter(office.booking.address) as at:
            ledger = _Ledger(office.folder / "reservas_confirmadas.json")

            async def one_round() -> Figures:
                session = next(sessions)
                seats = (await at.seats(session))[: scale.of(ORDERS)]
                # It hangs while the orders gather.
                sender.pause()
                await sell(at, in_groups(session, seats, 1))
                sender.resume()
                return await _work_off(len(seats), sender, sink, ledger)

            yield one_round


def _producer(office: BoxOffice, sink: MailSink) -> LocalProcess:
    return producer(
        office.folder,
        {
            **office.settings,
            **UNLIMITED,
            "BOOKING_ADDRESS": office.booking.address,
            "SMTP_HOST": LOOPBACK,
            "SMTP_PORT": str(sink.port),
        },
    )


async def _work_off(
    orders: int, sender: LocalProcess, sink: MailSink, ledger: "_Ledger"
) -> Figures:
    mails, records = Progress(sink.mails, orders), Progress(ledger.records(), orders)

    def all_done() -> bool:
        mails.note(sink.mails)
        records.note(ledger.records())
        return mails.done and records.done

    with metered({"producer": sender}) as spent:
        await eventually(all_done, PATIENCE, "all mails and records")
    return {
        "cpu": spent.cpu["producer"] / orders * 1_000,
        "mails": mails.rate,
        "records": records.rate,
    }


class _Ledger:
    """How many records it has; counted again only when the file has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = (0, 0)
        self._records = 0

    def records(self) -> int:
        if self._file.exists():
            state = self._file.stat()
            seen = (state.st_mtime_ns, state.st_size)
            if seen != self._seen:
                self._seen, self._records = seen, self._file.read_bytes().count(RECORD)
        return self._records


MAILS = Row(
    "mails",
    "Mails and ledger, while orders wait",
    "Some hundred orders wait when the producer starts, without Kafka. The mail server accepts "
    "everything and checks nothing.",
    (
        Figure("cpu", "CPU of the producer, an order", 4, unit="ms"),
        Figure("mails", "mails a second", 150, better="more"),
        Figure("records", "records of the ledger a second", 2_000, better="more"),
    ),
    _stage,
    rounds=3,
)
