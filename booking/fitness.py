"""Whether booking is fit to sell: every second, whether Redis answers, is durable, takes writes and
has the dataset."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from redis.exceptions import ConnectionError as RedisConnectionError

from booking import redis_health
from booking.dataset import Dataset
from booking.redis_health import RedisHealth
from cinema.redis_connection import REDIS_ERRORS, RedisClient

log = logging.getLogger(__name__)

PERIOD_SECONDS = 1.0
_LEAST_SECONDS = 0.05  # between two checks, however many calls wait for one
_CHECKS_TO_WAIT_FOR = 2  # one that is under way may have begun before the server started


@dataclass(frozen=True)
class Fitness:
    """`problem` is empty while seats can be sold; `warning` names a problem that is coming."""

    problem: str = ""
    warning: str = ""
    replicas_to_wait_for: int = 0
    dataset: str | None = None
    dataset_changes: int = 0

    def looks_different_from(self, before: "Fitness") -> bool:
        """For watchers: sales are paused or resumed, or the data was replaced."""
        mine, theirs = ((bool(one.problem), one.dataset_changes) for one in (self, before))
        return mine != theirs


class FitnessWatch:
    """Also knows which Redis servers were checked: one that has just started may have other
    data."""

    def __init__(self, redis: RedisClient, dataset: Dataset) -> None:
        self._redis = redis
        self._dataset = dataset
        self._checked: frozenset[str] = frozenset()
        self._admitted: frozenset[str] = frozenset()
        self._is_wanted = asyncio.Event()
        self._next_end = asyncio.Event()
        self._latest: Fitness | None = None

    def latest(self) -> Fitness:
        """The result of the last check; before the first one nothing can be sold."""
        return self._latest or Fitness()

    async def admit(self, run_id: str) -> None:
        """Waits until a server that has just started is checked.

        Raises redis-py's ConnectionError where it is not: a cluster's client then looks for the
        master again, since an old one that came back as a replica is never checked.
        """
        for _ in range(_CHECKS_TO_WAIT_FOR):
            if run_id in self._admitted:
                return
            self._is_wanted.set()
            await self._next_end.wait()
        if run_id not in self._admitted:
            raise RedisConnectionError("Redis has restarted since its last check")

    async def check(self, publish: Callable[[Fitness], Awaitable[None]]) -> None:
        """Publishes the result, and logs what changed. Before the first one no client may use
        Redis."""
        health = await redis_health.examine(self._redis)
        fitness = await self._judge(health)
        _log_changes(self._latest, fitness)
        self._latest = fitness
        await publish(fitness)
        # Only now: a server is not admitted before its data was judged.
        self._admitted = self._checked
        end, self._next_end = self._next_end, asyncio.Event()
        end.set()

    async def run(self, publish: Callable[[Fitness], Awaitable[None]]) -> None:
        """Checks every second, and as soon as a call meets a server that has just started."""
        while True:
            await asyncio.sleep(_LEAST_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_wanted.wait(), PERIOD_SECONDS)
            self._is_wanted.clear()
            await self.check(publish)

    async def _judge(self, health: RedisHealth) -> Fitness:
        problem = ""
        # A Redis that does not answer is not asked again; the last result about its data stays.
        if health.run_ids:
            try:
                problem = await self._dataset.check(replicated=health.replicated)
                # A loading server has a run id before its data can be checked.
                self._checked = health.run_ids
                if not problem:
                    await self._dataset.beat()
            except REDIS_ERRORS as error:
                problem = redis_health.explain(error)
        problem = health.problem or problem
        # While Redis is away its replicas are unknown: sales go on waiting for as many as before.
        replicas = (health if not problem else self.latest()).replicas_to_wait_for
        return Fitness(
            problem,
            health.warning or self._dataset.warning,
            replicas,
            self._dataset.expected,
            self._dataset.changes,
        )


def _log_changes(before: Fitness | None, now: Fitness) -> None:
    if now.warning and (before is None or before.warning != now.warning):
        log.warning(now.warning)
    waits = now.replicas_to_wait_for
    if before and (before.problem, before.replicas_to_wait_for) == (now.problem, waits):
        return
    if now.problem:
        log.error("not fit to sell: %s", now.problem)
    else:
        log.info("Redis answers and is durable (replicas to wait for: %d)", waits)
