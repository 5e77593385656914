"""A desk whose Redis may lose its data, and the operator's command."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from cinema.keys import PARTITIONS, partition_keys
from tests.support.booking_desk import Customer, Desk, desk_settings, open_desk
from tests.support.services import Booking, is_serving
from tests.support.waiting import wait_until

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
NOTICE_SECONDS = 10
BACK_SECONDS = 20
PAUSED = "As vendas estão pausadas. Voltam assim que o problema for resolvido."
ADOPT = "python booking_service_server.py --adopt-dataset"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose Redis may lose what it has."""
    with ExitStack() as stack:
        yield open_desk(stack, tmp_path)


def refusal(ask: Callable[[], object]) -> tuple[grpc.StatusCode, str] | None:
    try:
        ask()
    except grpc.RpcError as error:
        return error.code(), str(error.details())
    return None


def wait_until_refused(ask: Callable[[], object]) -> None:
    """As paused.

    A booking server that has just started says until then that it does not answer; it never sells.
    """

    def is_refused_as_paused() -> bool:
        found = refusal(ask)
        assert found is not None
        return found == (UNAVAILABLE, PAUSED)

    wait_until(is_refused_as_paused, NOTICE_SECONDS)


def wait_until_paused(desk: Desk) -> None:
    wait_until(lambda: not is_serving(desk.booking.address), NOTICE_SECONDS, "not serving")


def wait_until_selling(desk: Desk) -> None:
    wait_until(lambda: is_serving(desk.booking.address), BACK_SECONDS, "serving")


def errors(booking: Booking) -> list[str]:
    return [line for line in booking.log.splitlines() if " ERROR " in line]


def adopt(desk: Desk) -> str:
    """What the operator's command says."""
    done = adopting(desk.booking.env)
    assert done.returncode == 0, done.stderr
    return done.stderr


def adopting(settings: Mapping[str, str], *named: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "booking_service_server.py", "--adopt-dataset", *named],
        env=settings,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def identities(desk: Desk) -> set[str]:
    with desk.redis() as redis:
        return set(redis.mget([partition_keys(number).dataset for number in range(PARTITIONS)]))


def data_of(desk: Desk) -> Path:
    return desk.folder / "redis"


def lose_data(desk: Desk, copy: Path | None = None) -> None:
    """Redis is killed, and starts again with an older copy of its data, or with none."""
    desk.redis_server.kill()
    shutil.rmtree(data_of(desk))
    if copy:
        shutil.copytree(copy, data_of(desk))
    else:
        data_of(desk).mkdir()
    desk.redis_server.start()


def buy(customer: Customer, seat: str) -> str:
    assert customer.hold(seat).sucesso
    return str(customer.confirm(seat, key=f"key of {seat}").pedido_id)


def errors_about(desk: Desk, what: str) -> bool:
    return any(what in line for line in errors(desk.booking))


def settings_of(desk: Desk) -> dict[str, str]:
    return desk_settings(desk.folder, desk.redis_server)
