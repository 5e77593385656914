"""The operator's audit: right data pass, each kind of damage is named, and nothing is written."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from booking.dataset import new_identity, write_identity
from booking.order import Payer
from booking.order_end import OrderEnd
from booking.orders import OrderBook
from cinema.dataset_schema import SCHEMA
from cinema.keys import new_order_id, order_key, partition_keys, partition_of
from tests.support.backends import RedisServer
from tests.support.hall import Buyer, Hall, patient_client
from tests.support.infra import started
from tests.support.operator_command import command
from verify import announced, audit, second_look
from verify.audit import CannotVerify, verify
from verify.findings import Check, Findings
from verify.settings import VerifySettings

ANA = Payer("Ana Souza", "***.982.247-**", "ana@example.com")
READ_ONLY = ("on", ">secret", "~*", "&*", "+@read", "+@connection", "+time")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with started(lambda: RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        yield server


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "_PAUSES", (0.01, 0.01))
    monkeypatch.setattr(announced, "_PAUSE_SECONDS", 0.01)


class Deployment:
    """A session in a Redis of its own, and a ledger."""

    def __init__(self, hall: Hall, server: RedisServer, ledger: Path) -> None:
        self.hall = hall
        self.server = server
        self.ledger = ledger
        self.order = ""

    @property
    def redis(self) -> Any:
        return self.hall.redis

    async def begin(self) -> None:
        """A sale of two seats, a sale that was cancelled, a held seat, one that was given back."""
        await self.redis.flushall()
        await write_identity(self.redis, new_identity(), only_missing=False)
        self.ledger.write_text("[\n]\n")
        ana, bia = self.hall.buyer("ana"), self.hall.buyer("bia")
        await ana.hold("A01", "A02")
        self.order = (await ana.confirm("A01", "A02", key="k/1", payer=ANA)).order_id
        await bia.hold("B01")
        cancelled = (await bia.confirm("B01", key="k2")).order_id
        await bia.cancel(cancelled, "B01")
        await bia.hold("C01", "C02")
        await bia.release("C02")

    async def verify(self, url: str = "") -> Findings:
        return await verify(self.settings(url), self.redis)

    def settings(self, url: str = "") -> VerifySettings:
        return VerifySettings(
            redis_url=url or self.server.url,
            kafka_bootstrap_servers="",
            ledger_file=self.ledger,
            secrets_dir=self.ledger.parent / "secrets",
            redis_timeout_seconds=30,
        )


@pytest.fixture
async def deployment(server: RedisServer, tmp_path: Path) -> AsyncIterator[Deployment]:
    async with patient_client(server.url) as redis:
        deployment = Deployment(Hall(redis, session="S001"), server, tmp_path / "ledger.json")
        await deployment.begin()
        yield deployment


async def test_right_data_pass_and_are_counted(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(audit, "_PROGRESS_SECONDS", 0.0)
    caplog.set_level("INFO")
    findings = await deployment.verify()
    assert "64 of 64 partitions" in caplog.messages
    assert (findings.status, findings.lines()[-1]) == (0, "all is right"), findings.lines()
    counted = {check: findings.checked[check] for check in Check}
    assert counted[Check.SALES] == 2
    assert counted[Check.HOLDS] == 1
    assert counted[Check.ORDERS] == counted[Check.ANNOUNCED] == 2
    assert counted[Check.VERSIONS] == 7
    assert counted[Check.MESSAGES] == 3
    assert findings.notes == ["3 messages wait in the outbox"]


async def test_an_order_in_each_of_its_last_steps_is_right(deployment: Deployment) -> None:
    end = OrderEnd(deployment.redis)
    for step in (end.settle, end.erase):
        order: Any = await OrderBook(deployment.redis).get(deployment.order)
        assert await step(order)
        assert (await deployment.verify()).status == 0
    assert await end.remove(order, await deployment.hall.clock() + 1_000)
    findings = await deployment.verify()
    assert [*findings.faults] == [Check.MESSAGES]  # nobody has read the one of its sale


Harm = Callable[[Deployment], Awaitable[object]]
SESSION = f"{{p{partition_of('S001'):02d}}}:sessao:S001"
OF_ALL = partition_keys(partition_of("S001"))


def sale_of(order: str, seats: int = 1) -> str:
    return json.dumps(["9f2c4d6e8a0b1c3d", order[3:], seats, 1, 0])


HARMS: dict[str, tuple[Harm, str]] = {
    "a sold seat without its order": (
        lambda d: d.redis.delete(order_key(d.order)),
        f"seat A01 in {SESSION}:sold is sold to order",
    ),
    "a seat that its order does not list": (
        lambda d: d.redis.hset(d.hall.keys.sold, "J01", sale_of(d.order, 2)),
        f"seat J01 in {SESSION}:sold is sold to order",
    ),
    "a seat that was sold again": (
        lambda d: d.redis.hset(d.hall.keys.sold, "A01", sale_of(new_order_id("S001"))),
        "lists seat A01, which is sold to",
    ),
    "an order whose seat is free": (
        lambda d: d.redis.hdel(d.hall.keys.sold, "A02"),
        "lists seat A02, which is sold to nobody",
    ),
    "a seat that is held and sold": (
        lambda d: d.redis.hset(d.hall.keys.holds, "A01", json.dumps({"tag": "", "deadline": 1})),
        f"seat A01 in {SESSION}:sold is sold, and held",
    ),
    "a hold without its lock": (
        lambda d: d.redis.delete(d.hall.keys.lock("C01")),
        f"seat C01 in {SESSION}:holds has no lock",
    ),
    "a lock that ends at another time": (
        lambda d: d.redis.pexpire(d.hall.keys.lock("C01"), 5_000),
        "with another token or end",
    ),
    "a lock that never ends": (
        lambda d: d.redis.persist(d.hall.keys.lock("C01")),
        f"{SESSION}:assento:C01 never ends",
    ),
    "a lock without a hold": (
        lambda d: d.redis.set(d.hall.keys.lock("J02"), "token", px=60_000),
        f"{SESSION}:assento:J02 locks a seat",
    ),
    "a hold that is not due": (
        lambda d: d.redis.zrem(OF_ALL.due, "S001:C01"),
        f"seat C01 in {SESSION}:holds has another deadline",
    ),
    "a deadline without a hold": (
        lambda d: d.redis.zadd(OF_ALL.due, {"S001:J03": 1}),
        f"S001:J03 of {OF_ALL.due} is not in",
    ),
    "an account that counts too much": (
        lambda d: d.redis.hset(d.hall.keys.buyers, "ana", '{"held": 0, "sold": 5}'),
        f"{SESSION}:buyers counts 0 held and 5 sold",
    ),
    "records that were edited by hand": (
        lambda d: d.redis.hset(d.hall.keys.buyers, "eva", "7"),
        f"eva of {SESSION}:buyers cannot be read",
    ),
    "an account that is gone": (
        lambda d: d.redis.hdel(d.hall.keys.buyers, "bia"),
        f"{SESSION}:buyers counts 0 held and 0 sold",
    ),
    "a wrong number of half-price tickets": (
        lambda d: d.redis.incr(d.hall.keys.half_price),
        f"{SESSION}:half-price is 1",
    ),
    "a version that is missing": (
        lambda d: remove_event(d, 2),
        f"{OF_ALL.events} has version 4 of S001 after 2",
    ),
    "a counter that is behind": (
        lambda d: d.redis.decr(d.hall.keys.version),
        f"{SESSION}:version is 6",
    ),
    "a message of no order": (
        lambda d: d.redis.xadd(OF_ALL.outbox, {"mensagem": message(new_order_id("S001"))}),
        f"of {OF_ALL.outbox} is about",
    ),
    "a message that cannot be read": (
        lambda d: d.redis.xadd(OF_ALL.outbox, {"mensagem": "?"}),
        f"of {OF_ALL.outbox} is no message",
    ),
    "an order without a message": (
        lambda d: d.redis.delete(OF_ALL.outbox),
        "is not in the ledger; no message about it waits",
    ),
    "an order that its key does not find": (
        lambda d: d.redis.delete(d.hall.keys.order_keys),
        f"is not found by its key in {SESSION}:order-keys",
    ),
    "an order that was edited by hand": (
        lambda d: d.redis.hset(order_key(d.order), "0", "?"),
        "cannot be read",
    ),
    "a mail of no order": (
        lambda d: d.redis.zadd(OF_ALL.mails, {new_order_id("S001"): 1}),
        "a mail is due or has failed of",
    ),
    "a session in a partition that is not its own": (
        lambda d: d.redis.set("{p00}:sessao:S001:version", 3),
        "no service reads {p00}:sessao:S001:version",
    ),
    "a partition without its dataset": (
        lambda d: d.redis.delete(partition_keys(7).dataset),
        "is not in every partition",
    ),
    "a record of a lost order": (
        lambda d: record(d, {"pedido_id": f"{partition_of('S001'):02d}-{'x' * 22}"}),
        "is in the ledger with its buyer's data",
    ),
    "an order that is recorded twice": (
        lambda d: record(d, {"pedido_id": d.order}, {"pedido_id": d.order}),
        "the ledger has order",
    ),
    "a ledger that is not JSON": (
        lambda d: asyncio.to_thread(d.ledger.write_text, "{"),
        "is no JSON array",
    ),
}


async def remove_event(deployment: Deployment, position: int) -> None:
    entries = await deployment.redis.xrange(OF_ALL.events)
    await deployment.redis.xdel(OF_ALL.events, entries[position][0])


async def record(deployment: Deployment, *records: dict[str, Any]) -> None:
    await asyncio.to_thread(deployment.ledger.write_text, json.dumps(records))


def message(order_id: str) -> str:
    of_sale = {"pedido_id": order_id, "sessao_id": "S001", "assentos": ["A01"]}
    return json.dumps(of_sale | {"usuario_id": "ana", "status": "CONFIRMADO"})


@pytest.mark.parametrize("what", HARMS)
async def test_damage_is_named_with_its_key(deployment: Deployment, what: str) -> None:
    harm, sentence = HARMS[what]
    await harm(deployment)
    findings = await deployment.verify()
    assert findings.status == 1
    assert any(sentence in line for line in findings.lines()), findings.lines()


async def test_it_needs_no_right_to_write(deployment: Deployment) -> None:
    await deployment.redis.acl_setuser("auditor", reset=True)
    await deployment.redis.execute_command("ACL", "SETUSER", "auditor", *READ_ONLY)
    url = deployment.server.url.replace("://", "://auditor:secret@")
    async with patient_client(url) as redis:
        deployment.hall = Hall(redis, session="S001")
        with pytest.raises(Exception, match="perm"):
            await redis.set("written", "1")
        findings = await deployment.verify(url)
    assert findings.status == 0, findings.lines()


async def test_a_system_that_sells_meanwhile_is_right(deployment: Deployment) -> None:
    async def buy_and_give_back(buyer: Buyer, seat: str) -> None:
        for number in count():
            await buyer.hold(seat)
            order = (await buyer.confirm(seat, key=f"{buyer.name} {number}")).order_id
            await buyer.cancel(order, seat)

    buyers = [deployment.hall.buyer() for _ in range(6)]
    selling = [
        asyncio.create_task(buy_and_give_back(buyer, f"D{number:02d}"))
        for number, buyer in enumerate(buyers, 1)
    ]
    looks = [await deployment.verify() for _ in range(5)]
    for task in selling:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [look.lines() for look in looks if look.status] == []
    assert looks[-1].checked[Check.ORDERS] > looks[0].checked[Check.ORDERS] + 10


@pytest.mark.parametrize("prepare", ["nothing", "a key of another program"])
async def test_a_redis_of_nobody_is_refused(deployment: Deployment, prepare: str) -> None:
    await deployment.redis.flushall()
    if prepare != "nothing":
        await deployment.redis.set("cache:1", "x")
    expected = "has 1 keys, but no dataset" if prepare != "nothing" else "is empty"
    with pytest.raises(CannotVerify, match=expected):
        await deployment.verify()
    assert await deployment.redis.dbsize() == (prepare != "nothing")


async def test_a_newer_schema_and_another_dataset_are_refused(deployment: Deployment) -> None:
    secrets = deployment.ledger.parent / "secrets"
    secrets.mkdir()
    port = deployment.server.port
    (secrets / f"dataset-127.0.0.1-{port}-0").write_text("1:another")
    with pytest.raises(CannotVerify, match="knows 1:another for it"):
        await deployment.verify()
    await write_identity(deployment.redis, f"{SCHEMA + 1}:later", only_missing=False)
    with pytest.raises(CannotVerify, match="version"):
        await deployment.verify()


async def test_without_a_ledger_the_rest_is_checked(deployment: Deployment) -> None:
    deployment.ledger.unlink()
    findings = await deployment.verify()
    assert findings.status == 2
    assert f"NOT CHECKED  there is no ledger {deployment.ledger}" in findings.lines()
    assert findings.checked[Check.SALES] == 2


def test_a_redis_that_is_away_is_one_sentence() -> None:
    done = command("-m", "verify")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("verify: Redis 127.0.0.1:1/0 cannot be read:")
