"""The audit: one walk through all keys, and one through what belongs to each partition."""

import logging
import re
import time
from collections.abc import Sequence

from booking.dataset import OLDER, find_dataset
from booking.dataset_files import DatasetFileFault, DatasetFiles
from cinema.cluster_slots import refuse_missing_slots
from cinema.dataset_schema import later_schema
from cinema.keys import (
    PARTITIONS,
    is_order_id,
    partition_keys,
    partition_of,
    partition_of_order,
)
from cinema.redis_connection import RedisClient
from verify.announced import Announced
from verify.findings import Check, Fault, Findings
from verify.ledger_file import LedgerUnreadable
from verify.mails import MailCheck
from verify.orders import OrderCheck
from verify.reading import key_pages, member_pages
from verify.seats import SeatCheck
from verify.second_look import Checker, SecondLook
from verify.sessions import SessionCheck
from verify.settings import VerifySettings
from verify.versions import VersionCheck
from verify.waiting import MessageCheck

log = logging.getLogger(__name__)

_PROGRESS_SECONDS = 5.0
_KEY = re.compile(
    r"\{p(?P<partition>\d{2})\}:(?:"
    r"sessao:(?P<session>[^:]+):(?:assento:(?P<seat>.+)|[a-z-]+)|order:(?P<order>.+)|.+)"
)


class CannotVerify(Exception):
    """Nothing can be said about these data; the text says why."""


async def verify(settings: VerifySettings, redis: RedisClient) -> Findings:
    """Raises CannotVerify, CannotStart and REDIS_ERRORS."""
    await refuse_missing_slots(settings)
    findings = Findings()
    await _look_at_dataset(settings, redis, findings)
    await _Audit(settings, redis, findings).run()
    return findings


async def _look_at_dataset(
    settings: VerifySettings, redis: RedisClient, findings: Findings
) -> None:
    files = DatasetFiles(settings.secrets_dir, settings.redis_url)
    found = await find_dataset(redis)
    if found.is_new:
        number = await _number_of_keys(redis)
        what = f"has {number:,} keys, but no dataset of this system" if number else "is empty"
        raise CannotVerify(f"Redis {files.redis} {what}: REDIS_URL must be booking's")
    if problem := later_schema(found.identity):
        raise CannotVerify(problem)
    try:
        kept = files.identity()
    except DatasetFileFault as fault:
        raise CannotVerify(str(fault)) from None
    if kept and found.identity and found.identity not in (kept, OLDER + kept):
        raise CannotVerify(
            f"Redis {files.redis} has dataset {found.identity}, and {files.folder.absolute()} "
            f"knows {kept} for it: REDIS_URL and SECRETS_DIR must be booking's"
        )
    if found.identity.startswith(OLDER) or not found.identity:
        state = "is older than it was" if found.identity else "is not in every partition"
        sentence = f"the dataset of {partition_keys(0).dataset} {state}: nothing is sold"
        findings.add({Fault(Check.KEYS, "dataset", "", sentence)})


async def _number_of_keys(redis: RedisClient) -> int:
    return int(await redis.dbsize())


class _Audit:
    def __init__(self, settings: VerifySettings, redis: RedisClient, findings: Findings) -> None:
        self._redis = redis
        self._findings = findings
        self._second = SecondLook(findings)
        self._sessions, self._orders = SessionCheck(redis), OrderCheck(redis)
        self._seats, self._mails = SeatCheck(redis), MailCheck(redis)
        self._versions, self._messages = VersionCheck(redis), MessageCheck(redis)
        self._announced: Announced | None = Announced(
            redis, settings.ledger_file, settings.kafka_bootstrap_servers, findings
        )
        self._seen: set[str] = set()  # sessions
        self._of_partitions: set[str] = set()  # keys
        self._said = time.monotonic()

    async def run(self) -> None:
        await self._begin_with_ledger()
        number = await _number_of_keys(self._redis)
        async for keys in key_pages(self._redis):
            await self._look_at_keys(keys)
            self._say("%d of about %d keys", self._findings.checked[Check.KEYS], number)
        for partition in range(PARTITIONS):
            await self._look_at_partition(partition)
            self._say("%d of %d partitions", partition + 1, PARTITIONS)
        await self._second.settle()
        if self._announced:
            await self._announced.end()

    async def _begin_with_ledger(self) -> None:
        """Before the orders: an order that is recorded later waited in the outbox until then."""
        try:
            if self._announced:
                await self._announced.begin()
        except LedgerUnreadable as reason:
            self._findings.unchecked.append(str(reason))
            self._announced = None

    async def _look_at_keys(self, keys: Sequence[str]) -> None:
        sessions, orders, seats = set[str](), list[str](), list[str]()
        self._findings.checked[Check.KEYS] += len(keys)
        for key in keys:
            match = _KEY.fullmatch(key)
            if match is None or not self._is_in_place(key, match):
                continue
            if match["order"]:
                orders.append(match["order"])
            elif match["seat"]:
                seats.append(f"{match['session']}:{match['seat']}")
            elif match["session"]:
                sessions.add(match["session"])
            else:
                self._of_partitions.add(key)
        await self._second.look(self._sessions, sorted(sessions - self._seen))
        self._seen |= sessions
        await self._second.look(self._orders, orders)
        await self._second.look(self._seats, seats)
        if self._announced:
            await self._announced.look(orders)

    def _is_in_place(self, key: str, match: re.Match[str]) -> bool:
        """Services look for a session or an order in one partition alone."""
        if _partition_of(match) in (None, int(match["partition"])):
            return True
        self._findings.add({Fault(Check.KEYS, key, "", f"no service reads {key} in its partition")})
        return False

    async def _look_at_partition(self, partition: int) -> None:
        keys = partition_keys(partition)
        sets: dict[str, Checker] = {keys.due: self._seats}
        sets |= {keys.mails: self._mails, keys.failed_mails: self._mails}
        if keys.events in self._of_partitions:
            await self._second.look(self._versions, [str(partition)])
        if keys.outbox in self._of_partitions:
            await self._second.look(self._messages, [str(partition)])
        for key in sets.keys() & self._of_partitions:
            async for members in member_pages(self._redis, key):
                await self._second.look(sets[key], members)

    def _say(self, progress: str, *numbers: int) -> None:
        if time.monotonic() > self._said + _PROGRESS_SECONDS:
            self._said = time.monotonic()
            log.info(progress, *numbers)


def _partition_of(key: re.Match[str]) -> int | None:
    """Where the key's order or session belongs; None: to any, -1: to none."""
    if order_id := key["order"]:
        return partition_of_order(order_id) if is_order_id(order_id) else -1
    return partition_of(key["session"]) if key["session"] else None
