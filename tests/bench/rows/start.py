"""How long `make run` takes once everything has been fetched, and what it takes of memory and,
at rest, of a core."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from deploy.readiness import gateway_is_ready
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.support.local_run import Run, clone, command_of
from tests.support.waiting import wait_until

PATIENCE = 120
SETTLED_SECONDS = 5
REST_SECONDS = 20
# By a word of its command line; what is none of these is the supervisor and its like.
PARTS = {
    "gateway": "websocket_server",
    "booking": "booking_service_server",
    "listener": "redis_listener",
    "producer": "notification_producer",
    "consumer": "notification_consumer",
    "redis": "redis-server",
    "kafka": "kafka.Kafka",
}


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    with tempfile.TemporaryDirectory() as name:
        run = Run(clone(Path(name) / "clone"))
        await asyncio.to_thread(run.start, PATIENCE)
        run.terminate(PATIENCE)

        async def one_round() -> Figures:
            try:
                return await asyncio.to_thread(_second_start, run, REST_SECONDS * scale.part)
            finally:
                run.terminate(PATIENCE)

        yield one_round


def _second_start(run: Run, rest_seconds: float) -> Figures:
    begin, before = time.monotonic(), run.log.count("ready: open")
    run.launch()
    wait_until(lambda: gateway_is_ready(run.page), PATIENCE)
    served = time.monotonic() - begin
    wait_until(lambda: run.log.count("ready: open") > before, PATIENCE)
    ready = time.monotonic() - begin
    memory = run.memory()
    time.sleep(SETTLED_SECONDS)
    return {
        "served": served,
        "ready": ready,
        **_rest(run, rest_seconds),
        "memory": sum(memory.values()) / 2**20,
        **{f"{part}_mb": _part(memory, word) / 2**20 for part, word in PARTS.items()},
    }


def _rest(run: Run, seconds: float) -> Figures:
    """Percent of one core that everything takes, and Kafka of it."""
    processes = [psutil.Process(run.pid), *run.children()]
    before = [_cpu(process) for process in processes]
    time.sleep(seconds)
    percent = {
        f"{process.pid} {command_of(process)}": (_cpu(process) - earlier) / seconds * 100
        for process, earlier in zip(processes, before, strict=True)
    }
    return {
        "rest": sum(percent.values()),
        **{f"{part}_rest": _part(percent, word) for part, word in PARTS.items()},
    }


def _part(by_command: dict[str, int] | dict[str, float], word: str) -> float:
    return sum(value for command, value in by_command.items() if word in command)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


START = Row(
    "start",
    "The second start of make run, and the running system at rest",
    "`make run` in a folder where everything has been fetched. Memory is each process's own (USS).",
    (
        Figure("served", "the page is served after", unit="s"),
        Figure("ready", "everything is ready after", 5.7, unit="s"),
        Figure("rest", "at rest, of a core", 4, unit="%"),
        *(Figure(f"{part}_rest", f"{part} of it", unit="%") for part in PARTS),
        Figure("memory", "memory that each process has for itself", unit="MB"),
        *(Figure(f"{part}_mb", f"{part} of it", unit="MB") for part in PARTS),
    ),
    _stage,
    rounds=1,
)
