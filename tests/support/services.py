"""The five services as real processes, to be started, killed and read the logs of.

A service gets only the settings that the test names. Whatever it does not name points at nothing,
so that a test never touches what else runs on the machine.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cinema.health_check import gateway_problem, ready_file_problem
from deploy import ROOT
from deploy.ports import LOOPBACK
from tests.support.fork_server import Script
from tests.support.ports import free_port
from tests.support.processes import LocalProcess, Running

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
NOWHERE = {
    "REDIS_URL": f"redis://{LOOPBACK}:1/0",
    "BOOKING_ADDRESS": f"{LOOPBACK}:1",
    "WS_NOTIFY_URL": f"http://{LOOPBACK}:1/notify_liberacao",
    "KAFKA_BOOTSTRAP_SERVERS": "",
    "SMTP_HOST": LOOPBACK,
    "SMTP_PORT": "1",
    "LOG_LEVEL": "DEBUG",
}


class ServiceProcess(LocalProcess):
    """One service in a process of its own. `env` are its settings; its files lie in `folder`.

    Without `ready` it is ready as soon as it keeps its ready file fresh.
    """

    # Under pytest services are forked, which is faster. Benchmarks start Python itself.
    is_forked = False
    _PYTHON = (sys.executable, "-X", "faulthandler")

    def __init__(
        self,
        script: str,
        folder: Path,
        env: Mapping[str, str],
        ready: Callable[[], bool] | None = None,
    ) -> None:
        name = Path(script).stem
        self.ready_file = folder / f"{name}.ready"
        own = {
            "SECRETS_DIR": str(folder / "secrets"),
            "LEDGER_FILE": str(folder / "reservas_confirmadas.json"),
            "READY_FILE": str(self.ready_file),
        }
        inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
        super().__init__(
            name,
            [*self._PYTHON, str(ROOT / script)],
            log=_unused(folder, name),
            ready=ready or self._ready_file_is_fresh,
            env=inherited | NOWHERE | own | dict(env),
        )

    def _ready_file_is_fresh(self) -> bool:
        return not ready_file_problem(self.ready_file)

    def launch(self) -> None:
        # A killed service leaves its ready file; the next one is not ready because of it.
        self.ready_file.unlink(missing_ok=True)
        super().launch()

    def _spawn(self) -> Running:
        python, arguments = self.command[: len(self._PYTHON)], self.command[len(self._PYTHON) :]
        if self.is_forked and python == [*self._PYTHON]:
            return Script(arguments, self.cwd, self.env, self.log_file)
        return super()._spawn()


def pytest_configure() -> None:
    """Of this module as a plugin of pytest."""
    ServiceProcess.is_forked = True


# The demo's sessions begin at a time of day: in the two hours before it, their orders could not be
# cancelled.
ALWAYS_CANCELLED = {"CANCEL_UNTIL_MINUTES": "0"}
# Tests sell to one made-up person over and over.
UNLIMITED = {"MAX_MAILS_PER_MAILBOX": "0", "MAX_MAILS_PER_ADDRESS": "0"}


class Booking(ServiceProcess):
    """booking_service_server.py; ready when its health service says SERVING."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.port = int(env.get("BOOKING_PORT") or free_port())
        super().__init__(
            "booking_service_server.py",
            folder,
            {**UNLIMITED, **env, "BOOKING_PORT": str(self.port)},
            lambda: is_serving(self.address),
        )

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"


class Gateway(ServiceProcess):
    """websocket_server.py; ready when /health/ready says so."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.port = int(env.get("HTTP_PORT") or free_port())
        own = {"HTTP_PORT": str(self.port), "PUBLIC_URL": self.url}
        super().__init__("websocket_server.py", folder, own | dict(env), self._answers_ready)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def _answers_ready(self) -> bool:
        return not gateway_problem(self.url)


class UvicornGateway(Gateway):
    """The gateway as uvicorn's own command starts it, with these options."""

    def __init__(self, folder: Path, env: Mapping[str, str], *options: str) -> None:
        super().__init__(folder, env)
        plain = (sys.executable, "-m", "uvicorn", "websocket_server:app", "--port", str(self.port))
        self.command = [*plain, *options]


def listener(folder: Path, env: Mapping[str, str]) -> ServiceProcess:
    return ServiceProcess("redis_listener.py", folder, env)


def producer(folder: Path, env: Mapping[str, str]) -> ServiceProcess:
    return ServiceProcess("notification_producer.py", folder, env)


def consumer(folder: Path, env: Mapping[str, str]) -> ServiceProcess:
    return ServiceProcess("notification_consumer.py", folder, env)


def is_serving(address: str) -> bool:
    """Whether booking's health service answers SERVING within a second."""
    with grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=1
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


@pytest.fixture
def services() -> Iterator[contextlib.ExitStack]:
    """`services.enter_context(Booking(…))` starts a service that is gone when the test ends."""
    with contextlib.ExitStack() as stack:
        yield stack


def _unused(folder: Path, name: str) -> Path:
    # Two bookings or gateways may share a folder, but not a log.
    folder.mkdir(parents=True, exist_ok=True)
    logs = (folder / f"{name}{suffix}.log" for suffix in ("", *(f"-{n}" for n in range(2, 100))))
    return next(log for log in logs if not log.exists())
