"""REDIS_URL may choose the protocol of Redis and the shapes of redis-py's replies: every service
works with each."""

import json
from pathlib import Path

import pytest

from tests.support.backends import RedisServer
from tests.support.buyers import Buyer
from tests.support.infra import started
from tests.support.mailbox import Mailbox
from tests.support.system import HOLD_SECONDS, System
from tests.support.waiting import eventually
from tests.support.watching import watching

SESSION = "S001"


class RedisWithOptions(RedisServer):
    """Its URL has options."""

    options = ""

    @property
    def url(self) -> str:
        return f"{super().url}?{self.options}"


@pytest.mark.parametrize("options", ["protocol=2", "protocol=3", "legacy_responses=false"])
async def test_a_sale_is_watched_recorded_and_mailed(tmp_path: Path, options: str) -> None:
    server = RedisWithOptions(tmp_path / "redis")
    server.options = options
    settings = {"HOLD_SECONDS": str(HOLD_SECONDS)}
    with (
        started(lambda: server) as redis,
        Mailbox() as mailbox,
        System(tmp_path, redis, None, mailbox, pairs=2, **settings) as system,
    ):
        async with watching(system.bookings[1].address, SESSION) as watcher:
            order = await Buyer(system.gateways[0].url).buy(SESSION, "C05")
            await watcher.wait_for_seats({"C05": "RESERVADO"})
        await eventually(lambda: _recorded(system) == [order], what="the record")
        await eventually(lambda: len(mailbox.messages) == 1, what="the mail")


def _recorded(system: System) -> list[str]:
    return [record["pedido_id"] for record in json.loads(system.ledger.read_text())]
