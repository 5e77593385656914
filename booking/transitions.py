"""What all transitions of a seat share: their scripts, the dataset that they expect, the events
that they append."""

from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import RedisError

from booking.fitness import Fitness
from booking.hold_rules import HoldRules
from booking.newest_events import NewestEvents
from cinema.keys import SessionKeys
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient, script_at

_SCRIPTS = ("hold", "release", "extend", "expire", "shorten", "confirm", "cancel")
_OTHER_DATASET = -1  # a code of hold and of confirm
_FIT_WITH_ANY_DATASET = Fitness(dataset="")


class SalesPaused(RedisError):
    """Redis does not have the dataset that is sold from, or not all of it. Nothing was written."""


def with_any_dataset() -> Fitness:
    return _FIT_WITH_ANY_DATASET


class Transitions:
    """`fitness` returns the last check of Redis. Its dataset is the only one to hold and sell seats
    in; empty: any. If it is None, every transition raises SalesPaused.

    `newest` notes every event that a transition appends.
    """

    def __init__(
        self,
        redis: RedisClient,
        rules: HoldRules,
        fitness: Callable[[], Fitness] = with_any_dataset,
        newest: NewestEvents | None = None,
    ) -> None:
        self.rules = rules
        self.fitness = fitness
        self.redis = redis
        self._newest = NewestEvents() if newest is None else newest
        self._scripts = {name: script_at(redis, script_text(name)) for name in _SCRIPTS}

    @property
    def is_paused(self) -> bool:
        return self.fitness().dataset is None

    async def _run(self, name: str, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        return await self._scripts[name](keys=keys, args=args)

    def _expected_dataset(self) -> str:
        """Raises SalesPaused."""
        dataset = self.fitness().dataset
        if dataset is None:
            raise SalesPaused("the dataset is lost, or not looked at yet")
        return dataset

    def _note_event(self, keys: SessionKeys, event: Sequence[str]) -> None:
        """Noted with the answer, so that its loss is noticed. `event` is empty if nothing
        changed."""
        for entry_id in event:
            self._newest.note(keys.partition.events, entry_id)


def must_be_ours(code: int) -> None:
    """Raises SalesPaused where a script found another dataset."""
    if code == _OTHER_DATASET:
        raise other_dataset()


def other_dataset() -> SalesPaused:
    return SalesPaused("Redis has another dataset, or none")
