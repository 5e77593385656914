"""Every reason why Redis refuses writes: booking is not ready and says why, open pages hear that
sales are paused."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from deploy.ports import LOOPBACK
from tests.support.booking_desk import Desk, open_desk
from tests.support.gateway_in_process import Browser
from tests.support.services import Gateway, is_serving
from tests.support.waiting import eventually, wait_until

BACK_SECONDS = 20


@dataclass(frozen=True)
class Hall:
    """A booking server whose Redis is given trouble, and a gateway in front of it."""

    desk: Desk
    gateway: Gateway

    @property
    def ready(self) -> tuple[int, dict[str, str]]:
        try:
            with urllib.request.urlopen(f"{self.gateway.url}/health/ready", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)


@pytest.fixture(scope="module")
def _hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with ExitStack() as stack:
        desk = open_desk(stack, tmp_path_factory.mktemp("refusals"))
        settings = {"BOOKING_ADDRESS": desk.booking.address}
        yield Hall(desk, stack.enter_context(Gateway(desk.folder, settings)))


@pytest.fixture
def hall(_hall: Hall) -> Iterator[Hall]:
    """Well again for the next test."""
    yield _hall
    with _hall.desk.redis() as redis:
        cure(redis)
    wait_until(lambda: is_serving(_hall.desk.booking.address), BACK_SECONDS)
    wait_until(lambda: _hall.ready == (200, {"status": "pronto"}), BACK_SECONDS)


def snapshot_file(redis: Any) -> Path:
    settings = redis.config_get("d*")
    return Path(str(settings["dir"])) / str(settings["dbfilename"])


def cure(redis: Any) -> None:
    with suppress(FileNotFoundError):
        snapshot_file(redis).rmdir()
    redis.execute_command("ACL", "SETUSER", "default", "+@all")
    redis.execute_command("REPLICAOF", "NO", "ONE")
    for name, value in (("save", ""), ("maxmemory", 0), ("min-replicas-to-write", 0)):
        redis.config_set(name, value)


def fail_to_save(redis: Any) -> None:
    """A folder lies where the snapshot belongs."""
    snapshot_file(redis).mkdir()
    redis.config_set("save", "3600 1")
    redis.bgsave()
    wait_until(lambda: redis.info("persistence")["rdb_last_bgsave_status"] == "err")


def fill(redis: Any, percent: float) -> None:
    """By what Redis itself compares with maxmemory. It shrinks a little as clients fall idle."""
    memory = redis.info("memory")
    used = memory["used_memory"] - memory["mem_not_counted_for_evict"]
    redis.config_set("maxmemory", round(used * 100 / percent))


TROUBLES: dict[str, tuple[Callable[[Any], object], str]] = {
    "a snapshot that fails": (fail_to_save, "Redis refuses writes: MISCONF"),
    "a full memory": (lambda redis: fill(redis, 150), "Redis refuses writes"),
    "a memory that is nearly full": (lambda redis: fill(redis, 99), "95% of its maxmemory"),
    "too few replicas": (
        lambda redis: redis.config_set("min-replicas-to-write", 1),
        "Redis refuses writes: NOREPLICAS",
    ),
    "a replica": (
        lambda redis: redis.execute_command("REPLICAOF", LOOPBACK, "1"),
        "Redis is a replica",
    ),
    "no permission to run scripts": (
        lambda redis: redis.execute_command("ACL", "SETUSER", "default", "-evalsha", "-eval"),
        "Redis refuses writes: NOPERM",
    ),
    "no permission to look": (
        lambda redis: redis.execute_command("ACL", "SETUSER", "default", "-info"),
        "Redis refuses writes: NOPERM",
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
async def test_a_redis_that_refuses_writes_pauses_sales_on_every_open_page(
    hall: Hall, name: str
) -> None:
    give_trouble, reason = TROUBLES[name]
    session = hall.desk.new_session()
    address = f"ws://{LOOPBACK}:{hall.gateway.port}/ws/reserva?sessao={session}"
    async with connect(address) as socket:
        page = Browser(socket)
        await page.event("estado_inicial")
        with hall.desk.redis() as redis:
            give_trouble(redis)
            assert (await page.event("situacao"))["ao_vivo"] is False
            await eventually(lambda: reason in hall.ready[1].get("mensagem", ""))
            assert hall.ready[0] == 503
            assert reason in hall.desk.booking.log
            async with connect(address) as late:
                assert (await Browser(late).event("situacao"))["ao_vivo"] is False
            cure(redis)
        assert (await page.event("situacao"))["ao_vivo"] is True


def test_a_memory_that_fills_up_is_warned_of_while_sales_go_on(hall: Hall) -> None:
    warning = "Redis has used 90% of its maxmemory"
    with hall.desk.redis() as redis:
        fill(redis, 93)
        wait_until(lambda: hall.ready == (200, {"status": "pronto", "aviso": warning}))
        assert f"WARNING {warning}" in hall.desk.booking.log
        assert hall.desk.customer().hold("A05").sucesso
