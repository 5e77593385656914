"""Runs one schedule: a subject, played on the simulated loop with a seed."""

import gc
import importlib
import logging
import random
import time
import traceback
import warnings
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from unittest.mock import patch

from tests.simulation.loop import SimulatedLoop

SUBJECTS = ("hub", "relay", "feed", "consumer")
Subject = Callable[[SimulatedLoop], Awaitable[None]]
GARBAGE_SEEDS = 50


@dataclass
class Outcome:
    seed: int
    notes: list[str]
    course: int
    fault: str


def run(subject: Subject, seed: int) -> Outcome:
    """What depends on chance or on the clock gets the seed's."""
    loop = SimulatedLoop(seed)
    fault = ""
    chance = random.getstate()
    random.seed(seed)
    logging.disable()
    gc.disable()  # it would close generators at a moment that no seed decides
    try:
        with patch.object(time, "monotonic", loop.time):
            try:
                loop.run_until_complete(subject(loop))
            except Exception as raised:  # noqa: BLE001 - the outcome
                fault = "".join(traceback.format_exception(raised))
            loop.finish()
    finally:
        logging.disable(logging.NOTSET)
        random.setstate(chance)
        gc.enable()
        if seed % GARBAGE_SEEDS == 0:
            gc.collect()
    return Outcome(seed, loop.notes, loop.course, "\n".join([*loop.faults, fault]).strip())


def run_all(subject: str, seeds: Iterable[int]) -> list[Outcome]:
    play = importlib.import_module(f"tests.simulation.{subject}").play
    with warnings.catch_warnings():
        # Of coroutines that had not begun when their task was cancelled at the end.
        warnings.simplefilter("ignore", RuntimeWarning)
        return [run(play, seed) for seed in seeds]
