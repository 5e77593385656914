"""redis_listener.py as a process, between a real Redis and a real HTTP receiver."""

import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from cinema.keys import partition_of, session_keys
from tests.fakes.notify_receiver import NotifyReceiver
from tests.support.backends import RedisServer
from tests.support.processes import LocalProcess
from tests.support.services import listener
from tests.support.waiting import allowed, wait_until

SECRET = "a secret of the test's own"
FLAGS = "notify-keyspace-events"
SWEEP = {"sessao": "*", "assento": "*", "motivo": "reconexao"}


@pytest.fixture
def receiver() -> Iterator[NotifyReceiver]:
    with NotifyReceiver(SECRET.encode()) as server:
        yield server


@pytest.fixture
def session_id() -> str:
    return f"T{secrets.token_hex(4)}"


class Listening:
    """Starts listeners with their settings, and waits for their sweeps."""

    def __init__(self, stack: ExitStack, folder: Path, server: RedisServer, to: NotifyReceiver):
        self._stack = stack
        self._folder = folder
        self._server = server
        self._receiver = to

    def start(self, name: str = "one", **env: str) -> LocalProcess:
        """Ready, and the sweep that follows its subscription is taken."""
        swept = self._receiver.bodies.count(SWEEP)
        process = self._stack.enter_context(listener(self._folder / name, self._settings() | env))
        wait_until(lambda: self._receiver.bodies.count(SWEEP) > swept, what="the first sweep")
        return process

    def launch(self, **env: str) -> LocalProcess:
        """Started, but not waited for."""
        process = listener(self._folder / "one", self._settings() | env)
        self._stack.callback(process.kill)
        process.launch()
        return process

    def _settings(self) -> dict[str, str]:
        return {
            "REDIS_URL": self._server.url,
            "WS_NOTIFY_URL": self._receiver.url,
            "NOTIFY_SECRET": SECRET,
            "REDIS_TIMEOUT_SECONDS": "0.5",
        }


@pytest.fixture
def listening(
    services: ExitStack, tmp_path: Path, redis_server: RedisServer, receiver: NotifyReceiver
) -> Listening:
    return Listening(services, tmp_path, redis_server, receiver)


def expire(server: RedisServer, session_id: str, seat: str, database: int = 0) -> None:
    """A lock that Redis lets go of almost at once."""
    with redis.Redis(port=server.port, db=database) as connection:
        connection.set(session_keys(session_id).lock(seat), "held", px=1)


def freed(session_id: str, seat: str) -> dict[str, str]:
    return {"sessao": session_id, "assento": seat, "motivo": "timeout"}


def set_flags(server: RedisServer, flags: str) -> None:
    with redis.Redis(port=server.port) as connection:
        connection.config_set(FLAGS, flags)


def flags_of(server: RedisServer) -> set[str]:
    with redis.Redis(port=server.port, decode_responses=True) as connection:
        return set(connection.config_get(FLAGS)[FLAGS])


def test_an_expired_hold_is_posted_once_and_signed(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    listening.start()
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)
    expire(redis_server, session_id, "F08")
    wait_until(lambda: freed(session_id, "F08") in receiver.bodies)
    assert receiver.bodies == [SWEEP, freed(session_id, "F07"), freed(session_id, "F08")]
    assert all(posted.signed for posted in receiver.posted)


def test_other_keys_and_other_databases_are_nobodys_business(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    listening.start()
    tag = f"{{p{partition_of(session_id):02d}}}"
    with redis.Redis(port=redis_server.port) as connection:
        connection.set(f"{tag}:sessao:{session_id}:assento:*", "", px=1)
        connection.set(f"{tag}:relay-lease", "", px=1)
        connection.set("sessao:S001:assento:A05", "", px=1)
    expire(redis_server, session_id, "B01", database=3)
    # Redis expires keys in no fixed order: set the last one once the others are gone.
    with redis.Redis(port=redis_server.port) as connection:
        wait_until(lambda: connection.info("keyspace") == {})
    expire(redis_server, session_id, "F07")
    wait_until(lambda: len(receiver.bodies) > 1)
    assert receiver.bodies == [SWEEP, freed(session_id, "F07")]


def test_the_database_is_that_of_the_redis_url(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    listening.start(REDIS_URL=f"redis://127.0.0.1:{redis_server.port}/3")
    expire(redis_server, session_id, "F07", database=3)
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)


@pytest.mark.parametrize("options", ["protocol=2", "protocol=3", "legacy_responses=false"])
def test_the_protocol_is_that_of_the_redis_url(
    listening: Listening,
    redis_server: RedisServer,
    receiver: NotifyReceiver,
    session_id: str,
    options: str,
) -> None:
    listening.start(REDIS_URL=f"{redis_server.url}?{options}")
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)


def test_a_gateway_that_was_away_is_asked_for_a_sweep_when_it_is_back(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    process = listening.start()
    receiver.stop()
    expire(redis_server, session_id, "F07")
    wait_until(lambda: "does not answer" in process.log)
    # Past the attempts for the single seat, so that only a sweep can still make up for it.
    wait_until(lambda: process.log.count("asking for a sweep") == 1, timeout=10)
    receiver.start()
    wait_until(lambda: receiver.bodies.count(SWEEP) == 2, timeout=10)
    wait_until(lambda: "takes notices again" in process.log)
    assert process.log.count("does not answer") == 1, "an outage is one line"


def test_a_notice_that_the_gateway_could_not_take_is_sent_again(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    listening.start()
    receiver.status = 503
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)
    receiver.status = 200
    wait_until(lambda: receiver.bodies.count(freed(session_id, "F07")) == 2)


def test_a_listener_with_another_secret_says_so_and_does_not_insist(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    receiver.status = 401
    process = listening.start(NOTIFY_SECRET="another secret altogether")
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)
    expire(redis_server, session_id, "F08")
    wait_until(lambda: freed(session_id, "F08") in receiver.bodies)
    assert receiver.bodies == [SWEEP, freed(session_id, "F07"), freed(session_id, "F08")]
    assert not any(posted.signed for posted in receiver.posted)
    assert process.log.count("NOTIFY_SECRET") == 1
    assert SECRET not in process.log


def test_a_redirect_is_not_followed(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    receiver.status, receiver.location = 307, "/elsewhere"
    process = listening.start()
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)
    assert {posted.path for posted in receiver.posted} == {"/notify_liberacao"}
    assert "WS_NOTIFY_URL" in process.log


def test_after_redis_was_killed_and_started_everything_is_swept_and_events_come_again(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    process = listening.start()
    redis_server.kill()
    wait_until(lambda: "listening to Redis" in process.log and "failed" in process.log)
    redis_server.start()
    wait_until(lambda: receiver.bodies.count(SWEEP) == 2, timeout=10)
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)


def test_a_redis_that_hangs_is_noticed_though_its_connection_stays_open(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    process = listening.start()
    redis_server.pause()
    wait_until(lambda: "no answer to a ping" in process.log, timeout=10)
    redis_server.resume()
    wait_until(lambda: receiver.bodies.count(SWEEP) == 2, timeout=10)
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)


def test_flags_that_others_set_stay(listening: Listening, redis_server: RedisServer) -> None:
    set_flags(redis_server, "Kg")
    listening.start()
    assert flags_of(redis_server) == set("KgEx")


def test_the_flags_are_looked_at_again_after_each_reconnection(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver
) -> None:
    listening.start()
    set_flags(redis_server, "")
    with redis.Redis(port=redis_server.port) as connection:
        connection.execute_command("CLIENT KILL TYPE pubsub")
    wait_until(lambda: receiver.bodies.count(SWEEP) == 2)
    assert flags_of(redis_server) == set("Ex")


def test_without_the_right_to_set_flags_it_logs_what_to_do_and_keeps_listening(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    set_flags(redis_server, "")
    with redis.Redis(port=redis_server.port) as connection:
        connection.acl_setuser(
            "modest",
            enabled=True,
            passwords=["+password"],
            keys=["*"],
            channels=["*"],
            commands=["+@all", "-config"],
        )
    url = f"redis://modest:password@127.0.0.1:{redis_server.port}/0"
    process = listening.start(REDIS_URL=url)
    assert process.log.count("WARNING") == 1
    assert "put E and x into it" in process.log
    assert "password" not in process.log
    set_flags(redis_server, "Ex")
    expire(redis_server, session_id, "F07")
    wait_until(lambda: freed(session_id, "F07") in receiver.bodies)


def test_two_listeners_may_run_and_one_may_die(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver, session_id: str
) -> None:
    listening.start("one")
    second = listening.start("two")
    expire(redis_server, session_id, "F07")
    wait_until(lambda: receiver.bodies.count(freed(session_id, "F07")) == 2)
    second.kill()
    expire(redis_server, session_id, "F08")
    wait_until(lambda: freed(session_id, "F08") in receiver.bodies)


def test_sigterm_ends_it_at_once(listening: Listening) -> None:
    process = listening.start()
    begin = time.monotonic()
    assert process.terminate() == 0
    assert time.monotonic() - begin < allowed(2)
    assert "Traceback" not in process.log


def test_sigterm_ends_it_at_once_without_redis_and_gateway(
    listening: Listening, redis_server: RedisServer, receiver: NotifyReceiver
) -> None:
    redis_server.kill()
    receiver.stop()
    process = listening.launch()
    wait_until(lambda: "listening to Redis" in process.log)
    begin = time.monotonic()
    assert process.terminate() == 0
    assert time.monotonic() - begin < allowed(2)


@pytest.mark.parametrize("url", ["localhost:8000", "http://", "http://localhost:porta/x"])
def test_a_wrong_url_ends_it_with_one_line_that_names_the_variable(
    listening: Listening, url: str
) -> None:
    process = listening.launch(WS_NOTIFY_URL=url)
    assert process.wait() == 2
    assert len(process.log.splitlines()) == 1
    assert "WS_NOTIFY_URL" in process.log
