"""The history of one session of a whole system: its requests, its events, and all that is stored at
the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cinema.seats import seat_name
from tests.histories.check import Verdict, check
from tests.histories.delivered import record_kafka, record_ledger, record_mailbox
from tests.histories.lines import Line, Rules
from tests.histories.recording import Recording
from tests.histories.redis_state import EventReader, read_state, record_baseline, record_states
from tests.support.hall import patient_client
from tests.support.system import System

RULES = Rules(most_seats=6, ceiling_ms=900_000, cooldown_ms=5_000)
SEATS = [seat_name(row, number) for row in "ABCDEFGHIJ" for number in range(1, 21)]


@dataclass
class SystemHistory:
    """`verdict` is there at the end."""

    recording: Recording
    verdict: Verdict = field(init=False)


@asynccontextmanager
async def recorded(system: System, session: str) -> AsyncIterator[SystemHistory]:
    """Records into `recording` what the block does; then the events and the end.

    Redis keeps the last thousand events: the block may cause no more. All notifications must have
    arrived when it ends.
    """
    lines: list[Line] = []
    recording = Recording(lines.append)
    recording.header("tests/faults", [session], rules=RULES)
    history = SystemHistory(recording)
    async with patient_client(system.redis.url) as redis:
        before = await read_state(redis, session, SEATS)
        record_baseline(recording, before)
        yield history
        await EventReader(redis, session, before.version).record(recording)
        record_states(recording, [await read_state(redis, session, SEATS)])
    if system.kafka:
        record_kafka(recording, system.kafka.bootstrap, [session])
    record_ledger(recording, system.ledger, [session])
    record_mailbox(recording, system.mailbox)
    history.verdict = check(lines)
