"""The history of one session of a whole system: its requests, its events, and all that is stored at
the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis.exceptions import RedisError

from cinema.seats import seat_name
from tests.histories.check import Verdict, check
from tests.histories.delivered import record_kafka, record_ledger, record_mailbox
from tests.histories.lines import Rules
from tests.histories.reading import read
from tests.histories.recording import Recording, recorded_to
from tests.histories.redis_state import EventReader, read_state, record_baseline, record_states
from tests.support.hall import patient_client
from tests.support.system import System

RULES = Rules(most_seats=6, ceiling_ms=900_000, cooldown_ms=5_000)
SEATS = [seat_name(row, number) for row in "ABCDEFGHIJ" for number in range(1, 21)]
POLL_SECONDS = 0.2  # far less than it takes to cause the thousand events that Redis keeps


@dataclass
class SystemHistory:
    """`verdict` is there at the end."""

    recording: Recording
    verdict: Verdict = field(init=False)


@asynccontextmanager
async def recorded(
    system: System, session: str, file: Path, seats: Sequence[str] = SEATS
) -> AsyncIterator[SystemHistory]:
    """Records into `recording` what the block does, the events meanwhile, and then the end.

    All notifications must have arrived when the block ends.
    """
    with recorded_to(file, "tests/faults", [session], rules=RULES) as recording:
        history = SystemHistory(recording)
        async with patient_client(system.redis.url) as redis:
            before = await read_state(redis, session, seats)
            record_baseline(recording, before)
            events = EventReader(redis, session, before.version)
            async with _polled(events, recording):
                yield history
            record_states(recording, [await read_state(redis, session, seats)])
        if system.kafka:
            record_kafka(recording, system.kafka.bootstrap, [session])
        record_ledger(recording, system.ledger, [session])
        record_mailbox(recording, system.mailbox)
    history.verdict = check(read(file))


@asynccontextmanager
async def _polled(events: EventReader, recording: Recording) -> AsyncIterator[None]:
    """Until the block ends, and once more. Redis may be away meanwhile."""

    async def poll() -> None:
        while True:
            with suppress(RedisError):
                await events.record(recording)
            await asyncio.sleep(POLL_SECONDS)

    polling = asyncio.create_task(poll())
    try:
        yield
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling
    await events.record(recording)
