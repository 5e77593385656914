"""Every row of the table, in the order in which docs/benchmarks.md shows them."""

from tests.bench.row import Row
from tests.bench.rows import big_hall, expiry, holds, kafka_down, mail_delay, start

ROWS: tuple[Row, ...] = (
    holds.HOLD,
    holds.SALE,
    start.START,
    mail_delay.MAIL_DELAY,
    kafka_down.KAFKA_DOWN,
    expiry.EXPIRY,
    big_hall.BIG_HALL,
)


def row(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)
