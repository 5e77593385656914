"""Scripts over connections of their own: every call has its own reply, in time, whatever becomes
of Redis."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel
from redis.exceptions import ReadOnlyError, ResponseError

from cinema.redis_connection import (
    REDIS_ERRORS,
    RedisClient,
    connect,
    disconnect,
    nodes_of,
    script_at,
)
from cinema.redis_scripts import OneNode, Script, TooManyCalls, Unanswered, node
from cinema.settings import RedisSettings
from deploy import redis_local
from deploy.ports import LOOPBACK
from tests.support.backends import RedisServer
from tests.support.certificates import make_certificates
from tests.support.hall import PATIENCE_SECONDS, patient_client
from tests.support.infra import started, unavailable
from tests.support.ports import free_port
from tests.support.processes import LocalProcess
from tests.support.waiting import eventually

ECHO = "return {KEYS[1], ARGV[1], 7}"
COUNT = "return redis.call('INCR', KEYS[1])"
FEW_CONNECTIONS = 4


def hasty_client(url: str, patience: float) -> RedisClient:
    return connect(
        RedisSettings(
            redis_url=url, redis_timeout_seconds=patience, redis_connections=FEW_CONNECTIONS
        )
    )


async def fails_with(script: Script, *errors: type[Exception]) -> bool:
    with suppress(*errors):
        await script(["key"], ["x"])
        return False
    return True


async def succeeds(script: Script) -> bool:
    return not await fails_with(script, *REDIS_ERRORS)


async def echoes(script: Script, number: int) -> None:
    assert await script([f"key-{number}"], [number]) == [f"key-{number}", str(number), 7]


async def test_a_crowd_shares_one_connection_and_each_gets_its_own_reply(
    redis_server: RedisServer,
) -> None:
    async with patient_client(redis_server.url) as client:
        echo = script_at(client, ECHO)
        await asyncio.gather(*(echoes(echo, number) for number in range(500)))
        assert int((await client.info("clients"))["connected_clients"]) == 2


async def test_an_error_in_a_script_is_its_callers_alone(redis_url: str) -> None:
    async with patient_client(redis_url) as client:
        echo, wrong = script_at(client, ECHO), script_at(client, "return redis.call('NO')")
        _, failed = await asyncio.gather(echoes(echo, 1), fails_with(wrong, ResponseError))
        assert failed
        await echoes(echo, 2)


async def test_scripts_may_be_flushed_at_any_time(redis_server: RedisServer) -> None:
    async with patient_client(redis_server.url) as client:
        count = script_at(client, COUNT)
        for _ in range(10):
            await asyncio.gather(count(["n"]), client.script_flush(), *(count(["n"]) for _ in "12"))
        assert await client.get("n") == "30"


async def test_a_call_that_is_given_up_takes_nobodys_reply(redis_server: RedisServer) -> None:
    async with patient_client(redis_server.url) as client:
        echo = script_at(client, ECHO)
        for number in range(50):
            given_up = [asyncio.create_task(echoes(echo, -n)) for n in range(3)]
            for _ in range(number % 4):
                await asyncio.sleep(0)
            for task in given_up:
                task.cancel()
            await echoes(echo, number)


async def test_a_redis_that_hangs_is_given_up_in_time_and_well_again_later(
    redis_server: RedisServer,
) -> None:
    async with hasty_client(redis_server.url, patience=0.3) as client:
        echo = script_at(client, ECHO)
        await eventually(lambda: succeeds(echo))
        redis_server.pause()
        async with asyncio.timeout(5):
            assert all(await asyncio.gather(*(fails_with(echo, TimeoutError) for _ in range(20))))
            # Over a connection of which nothing is known yet.
            assert await fails_with(echo, TimeoutError)
        redis_server.resume()
        await eventually(lambda: succeeds(echo))
        await echoes(echo, 1)


def under_way(client: RedisClient) -> int:
    """How many calls have been written to Redis and wait for their replies."""
    nodes = nodes_of(client)
    assert isinstance(nodes, OneNode)
    return nodes.under_way


async def test_calls_under_way_when_the_connection_breaks_fail_as_unanswered(
    redis_server: RedisServer,
) -> None:
    async with patient_client(redis_server.url) as client:
        echo = script_at(client, ECHO)
        await echoes(echo, 1)
        redis_server.pause()
        calls = [asyncio.create_task(fails_with(echo, Unanswered)) for _ in range(20)]
        await eventually(lambda: under_way(client) == 20)
        redis_server.kill()
        assert all(await asyncio.gather(*calls))


async def test_while_redis_is_away_nothing_is_sent_and_later_all_is_well(
    redis_server: RedisServer,
) -> None:
    async with patient_client(redis_server.url) as client:
        count = script_at(client, COUNT)
        await count(["n"])
        await asyncio.to_thread(redis_server.kill)
        for _ in range(3):
            failed = await asyncio.gather(*(count(["n"]) for _ in "123"), return_exceptions=True)
            assert all(isinstance(one, REDIS_ERRORS) for one in failed)
            assert not any(isinstance(one, Unanswered) for one in failed)
        redis_server.start()
        await eventually(lambda: succeeds(count))
        assert await count(["n"]) == 2


async def test_a_redis_that_was_restarted_is_found_again_without_an_error(
    redis_server: RedisServer,
) -> None:
    async with patient_client(redis_server.url) as client:
        echo = script_at(client, ECHO)
        await echoes(echo, 1)
        await asyncio.to_thread(redis_server.restart)
        await echoes(echo, 2)


async def test_more_calls_than_may_wait_are_refused(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "MOST_CALLS", 5)
    async with hasty_client(redis_server.url, patience=1) as client:
        echo = script_at(client, ECHO)
        redis_server.pause()
        waiting = [asyncio.create_task(fails_with(echo, TimeoutError)) for _ in range(5)]
        await asyncio.sleep(0)
        assert await fails_with(echo, TooManyCalls)
        redis_server.resume()
        await asyncio.gather(*waiting)


async def test_closing_a_client_ends_its_waiting_calls(redis_server: RedisServer) -> None:
    client = patient_client(redis_server.url)
    echo = script_at(client, ECHO)
    await echoes(echo, 1)
    redis_server.pause()
    waiting = asyncio.create_task(fails_with(echo, *REDIS_ERRORS))
    await asyncio.sleep(0)
    await disconnect(client)
    assert await asyncio.wait_for(waiting, 5)


# ------------------------------------------------------------------------------- commands that wait


async def test_a_wait_for_replicas_delays_no_other_call(redis_url: str) -> None:
    """There are none, so WAIT ends with its timeout."""
    async with patient_client(redis_url) as client:
        echo = script_at(client, ECHO)
        waiting = asyncio.create_task(echo.followed_by([("WAIT", 1, 500)], ["key"], ["x"]))
        for number in range(20):
            await echoes(echo, number)
        assert not waiting.done()
        assert await waiting == [["key", "x", 7], 0]


async def test_waits_for_replicas_share_few_connections_and_can_be_cancelled(
    redis_server: RedisServer,
) -> None:
    async with hasty_client(redis_server.url, patience=PATIENCE_SECONDS) as client:
        count, waits = script_at(client, COUNT), [("WAIT", 1, 10)]
        tasks = [asyncio.create_task(count.followed_by(waits, ["n"], [])) for _ in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::5]:
            task.cancel()
        replies = await asyncio.gather(*tasks, return_exceptions=True)
        counted = [reply[0] for reply in replies if not isinstance(reply, BaseException)]
        assert len(set(counted)) == len(counted) == 16
        clients = int((await client.info("clients"))["connected_clients"])
        assert clients <= FEW_CONNECTIONS + 1


async def test_no_call_shares_a_connection_that_is_still_blocked(redis_server: RedisServer) -> None:
    """WAIT with 0 waits without an end, whether its caller has given up or not."""
    async with hasty_client(redis_server.url, patience=PATIENCE_SECONDS) as client:
        count = script_at(client, COUNT)
        given_up = asyncio.create_task(count.followed_by([("WAIT", 1, 0)], ["n"], []))

        async def it_waits() -> bool:
            return bool(await client.get("n") == "1")

        await eventually(it_waits)
        given_up.cancel()
        await asyncio.wait([given_up])
        async with asyncio.timeout(10):
            assert await count.followed_by([("WAIT", 1, 10)], ["n"], []) == [2, 0]


# ------------------------------------------------------------------------------- ways to get there


async def test_a_password_a_user_and_a_database_are_those_of_the_url(
    redis_server: RedisServer,
) -> None:
    async with patient_client(redis_server.url) as admin:
        await admin.acl_setuser(
            "ana", enabled=True, passwords=["+s3cret"], keys=["*"], categories=["+@all"]
        )
    address = f"{LOOPBACK}:{redis_server.port}"
    async with patient_client(f"redis://ana:s3cret@{address}/5") as client:
        who = script_at(client, "return redis.call('SET', KEYS[1], 'x')")
        await who(["here"])
        assert await client.get("here") == "x"
    async with patient_client(f"redis://ana:wrong@{address}/5") as client:
        assert await fails_with(script_at(client, ECHO), *REDIS_ERRORS)


@asynccontextmanager
async def tls_before(port: int, context: ssl.SSLContext) -> AsyncIterator[int]:
    """A port that speaks TLS for a server that does not."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward = await asyncio.open_connection(LOOPBACK, port)
        await asyncio.gather(pump(reader, onward[1]), pump(onward[0], writer))

    async with await asyncio.start_server(relay, LOOPBACK, 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def test_tls_and_unix_sockets_are_ways_to_redis(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    if shutil.which("openssl") is None:
        unavailable("no openssl command, which makes the certificates")
    certificates = make_certificates(tmp_path)
    socket = tmp_path / "redis.sock"
    redis_server.command += ["--unixsocket", str(socket)]
    redis_server.restart()
    async with AsyncExitStack() as stack:
        tls = await stack.enter_async_context(
            tls_before(redis_server.port, certificates.server_context())
        )
        urls = (
            f"rediss://localhost:{tls}/0?ssl_ca_certs={certificates.authority}",
            f"unix://{socket}",
        )
        for url in urls:
            client: RedisClient = await stack.enter_async_context(patient_client(url))
            echo = script_at(client, ECHO)
            await asyncio.gather(*(echoes(echo, number) for number in range(100)))
        async with patient_client(f"rediss://localhost:{tls}/0") as distrustful:
            assert await fails_with(script_at(distrustful, ECHO), *REDIS_ERRORS)


class SentinelServer(LocalProcess):
    """Knows the masters that it is given."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        configuration = folder / "sentinel.conf"
        configuration.write_text(f"port {self.port}\nbind {LOOPBACK}\n")
        command = [str(redis_local.find_server()), str(configuration), "--sentinel"]
        super().__init__("sentinel", command, log=folder / "sentinel.log", ready=self._is_there)

    def _is_there(self) -> bool:
        return "Sentinel ID is" in self.log


async def test_a_master_that_has_become_a_replica_is_left_for_that_which_sentinel_names(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    async with AsyncExitStack() as stack:
        successor = stack.enter_context(started(lambda: RedisServer(tmp_path / "other")))
        guard = stack.enter_context(SentinelServer(tmp_path))
        asked = await stack.enter_async_context(Redis(host=LOOPBACK, port=guard.port))
        await asked.sentinel_monitor("cinema", LOOPBACK, redis_server.port, 1)
        sentinel: Any = Sentinel([(LOOPBACK, guard.port)])  # type: ignore[no-untyped-call]
        stack.push_async_callback(sentinel.sentinels[0].aclose)
        client: Any = await stack.enter_async_context(sentinel.master_for("cinema"))
        nodes = OneNode(client, PATIENCE_SECONDS, FEW_CONNECTIONS)
        stack.push_async_callback(nodes.aclose)
        count = Script(nodes, COUNT)
        assert await count(["n"]) == 1
        await asked.sentinel_remove("cinema")
        await asked.sentinel_monitor("cinema", LOOPBACK, successor.port, 1)
        async with patient_client(redis_server.url) as old:
            await old.replicaof(LOOPBACK, successor.port)
        assert await fails_with(count, ReadOnlyError)
        assert await count(["only there"]) == 1
        async with patient_client(successor.url) as new:
            assert await new.get("only there") == "1"
