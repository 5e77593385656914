"""Every row of the table, in the order in which docs/benchmarks.md shows them."""

from tests.bench.row import Row
from tests.bench.rows import (
    batches,
    big_hall,
    browsers,
    clicks,
    expiry,
    fan_out,
    growth,
    holds,
    kafka_down,
    mail_delay,
    mails,
    reads,
    redis_bytes,
    relay,
    rush,
    slow_phone,
    start,
)

ROWS: tuple[Row, ...] = (
    holds.HOLD,
    holds.SALE,
    batches.HOLD_IN_BATCHES,
    clicks.CLICKS_ALONE,
    clicks.CLICKS_WATCHED,
    fan_out.FAN_OUT,
    browsers.BROWSER,
    rush.RUSH,
    reads.READS,
    growth.GROWTH,
    redis_bytes.REDIS_BYTES,
    mails.MAILS,
    relay.RELAY,
    start.START,
    mail_delay.MAIL_DELAY,
    kafka_down.KAFKA_DOWN,
    expiry.EXPIRY,
    big_hall.BIG_HALL,
    slow_phone.SLOW_PHONE,
)


def row(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)
