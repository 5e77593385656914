"""Locks and deadlines that belong to no hold: a seat would be taken by nobody."""

from collections.abc import Iterator, Sequence

from cinema.keys import parse_due_member, session_keys
from cinema.redis_connection import RedisClient
from verify.findings import Check, Fault, Look
from verify.reading import Command, ask


class SeatCheck:
    """A unit is a seat that is locked or due, as "session:seat"."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def look(self, units: Sequence[str]) -> Look:
        commands: list[Command] = []
        for unit in units:
            session, seat = parse_due_member(unit)
            keys = session_keys(session)
            # The hold comes last: one that ends meanwhile is missing in all.
            commands += [("zscore", keys.partition.due, unit), ("pttl", keys.lock(seat))]
            commands += [("hexists", keys.holds, seat)]
        replies = iter(await ask(self._redis, commands))
        found = zip(units, replies, replies, replies, strict=False)
        return Look({fault for one in found for fault in _faults(*one)})


def _faults(unit: str, due: float | None, left: int, is_held: bool) -> Iterator[Fault]:
    session, seat = parse_due_member(unit)
    keys = session_keys(session)
    if left == -1:
        yield Fault(Check.HOLDS, unit, "endless", f"{keys.lock(seat)} never ends")
    if is_held:
        return
    if left >= 0:
        sentence = f"{keys.lock(seat)} locks a seat that is not in {keys.holds}"
        yield Fault(Check.HOLDS, unit, "lock", sentence)
    if due is not None:
        sentence = f"{unit} of {keys.partition.due} is not in {keys.holds}"
        yield Fault(Check.HOLDS, unit, "due", sentence)
