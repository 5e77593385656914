"""What happens to Redis."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.load import Answers
from tests.faults.scenario import Scenario
from tests.faults.stage import Stage
from tests.support.waiting import eventually

FAULT_SECONDS = 5
SLOW_SECONDS = 0.2
CUT = 1_000
CUT_A_SECOND = 12  # purchases; each meets one or two cuts
HOUR = 3_600
PATIENCE = 120


@asynccontextmanager
async def lasting(seconds: float) -> AsyncIterator[None]:
    """The block, and then until so much time has passed since its begin."""
    end = time.monotonic() + seconds
    yield
    await asyncio.sleep(max(0.0, end - time.monotonic()))


async def flush_scripts(stage: Stage) -> None:
    """Between every two scripts, if it can be."""
    end = time.monotonic() + FAULT_SECONDS
    with stage.ask() as redis:
        while time.monotonic() < end:
            redis.script_flush()
            await asyncio.sleep(0.05)


async def restart(stage: Stage) -> None:
    await asyncio.to_thread(stage.redis.restart)


async def slow_down(stage: Stage) -> None:
    stage.proxy.delay = SLOW_SECONDS
    async with lasting(2 * FAULT_SECONDS):
        pass
    stage.proxy.delay = 0


async def slow_down_a_little(stage: Stage) -> None:
    """So that a hold's end often lies between a payment's request and its script."""
    stage.proxy.delay = SLOW_SECONDS / 2
    async with lasting(4 * FAULT_SECONDS):
        pass
    stage.proxy.delay = 0


async def cut_replies(stage: Stage) -> None:
    stage.proxy.to_cut = CUT
    try:
        await eventually(lambda: stage.proxy.to_cut <= 0, PATIENCE, "all cuts")
    except TimeoutError:  # the run says how many were reached
        stage.proxy.to_cut = 0


async def fill_memory(stage: Stage) -> None:
    with stage.ask() as redis:
        async with lasting(FAULT_SECONDS):
            redis.config_set("maxmemory", 1_000_000)
        redis.config_set("maxmemory", 0)


async def fill_disk(stage: Stage) -> None:
    """Redis cannot fsync what it acknowledges, so it ends; a supervisor starts it again."""
    with filled(stage.folder / "redis"):
        await eventually(lambda: not stage.redis.running, PATIENCE, "Redis ends")
    await asyncio.to_thread(stage.redis.start)


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """No byte is free on this disk. Raises PermissionError where it is the whole machine's."""
    if not folder.is_mount():
        raise PermissionError(f"{folder} is no disk of its own: mounting one takes root")
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (2**20, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    try:
        yield
    finally:
        filler.unlink()


def ready_again(stage: Stage, _: Answers) -> int:
    return stage.redis.log.count("Ready to accept connections")


def slow_holds(_: Stage, answers: Answers) -> int:
    return sum(took >= SLOW_SECONDS for _, took in answers.holds)


# ----------------------------------------------------------------------------------- Redis' clock


class Jump:
    """Redis' clock is off by so much from now on, until a later jump."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    async def __call__(self, stage: Stage) -> None:
        assert stage.clock is not None
        with stage.ask() as redis:
            before = redis.time()[0] - time.time()
            stage.clock.shift(self._seconds * 1_000)
            async with lasting(FAULT_SECONDS):
                pass
            after = redis.time()[0] - time.time()
        stage.seen += abs(after - before) > HOUR / 2


def jumps_seen(stage: Stage, _: Answers) -> int:
    return stage.seen


REDIS_FAULTS = [
    Scenario(
        "flush",
        "SCRIPT FLUSH 20 times a second",
        flush_scripts,
        lambda stage, _: stage.error_count("NOSCRIPT"),
        "scripts that Redis did not know any more (errorstat_NOSCRIPT)",
    ),
    Scenario("redis-restart", "Redis restarted", restart, ready_again, "more starts in Redis' log"),
    Scenario(
        "redis-slow",
        "Redis 200 ms slow, for 10 s",
        slow_down,
        slow_holds,
        "holds that took 200 ms or more",
        at_least=20,
    ),
    Scenario(
        "redis-cut",
        "1,000 replies of Redis cut after the script ran",
        cut_replies,
        lambda stage, _: stage.proxy.cut,
        "replies to scripts cut by the proxy",
        at_least=CUT,
        a_second=CUT_A_SECOND,
    ),
    Scenario(
        "redis-memory",
        "Redis' memory full, for 5 s",
        fill_memory,
        lambda stage, _: stage.error_count("OOM"),
        "commands refused (errorstat_OOM)",
    ),
    Scenario(
        "redis-disk",
        "Redis' disk full",
        fill_disk,
        lambda stage, _: stage.redis.log.count("Can't recover from AOF write error"),
        "ends for a failed write in Redis' log",
    ),
]
HOLD_SECONDS = 2
EXPIRY_FAULTS = [
    Scenario(
        "expiry",
        f"Holds of {HOLD_SECONDS} s end while they are paid for; Redis 100 ms slow",
        slow_down_a_little,
        lambda _, answers: answers.lapsed,
        "payments asked in time whose hold had ended",
        at_least=10,
        hesitation=(HOLD_SECONDS - 0.7, HOLD_SECONDS),
        holds_end=True,
    )
]
CLOCK_FAULTS = [
    Scenario(
        "clock-forward",
        "Redis' clock jumps an hour forward",
        Jump(HOUR),
        jumps_seen,
        "jumps that TIME showed",
        holds_end=True,
    ),
    Scenario(
        "clock-back",
        "Redis' clock jumps an hour back",
        Jump(0),
        jumps_seen,
        "jumps that TIME showed",
    ),
]
