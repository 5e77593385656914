"""Holds that end by themselves: freed within a second, once, with no listener, by however many
servers."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import grpc
import pytest

import cinema_pb2 as pb
from cinema.keys import partition_keys, partition_of
from cinema_pb2_grpc import ReservaStub
from tests.support.booking_desk import CALL_SECONDS, Desk, desk_settings, open_desk
from tests.support.services import Booking
from tests.support.waiting import wait_until
from tests.support.watching import watching

HOLD_SECONDS = 0.3
LATE_MS = 1_000
SEATS = [f"{row}{number:02d}" for row in "BC" for number in range(1, 15)]


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk where holds end at once, without a listener."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("hasty")
        yield open_desk(stack, folder, HOLD_SECONDS=str(HOLD_SECONDS))


@pytest.fixture(scope="module")
def second_server(hasty: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booking]:
    settings = desk_settings(hasty.folder, hasty.redis_server, HOLD_SECONDS=str(HOLD_SECONDS))
    with Booking(tmp_path_factory.mktemp("second"), settings) as booking:
        yield booking


def events_of(desk: Desk, session: str) -> list[tuple[int, dict[str, str]]]:
    """Each change with its time by Redis' clock, in ms."""
    with desk.redis() as redis:
        entries = redis.xrange(partition_keys(partition_of(session)).events)
    return [
        (int(entry.partition("-")[0]), change)
        for entry, fields in entries
        if fields["session"] == session
        for change in json.loads(fields["changes"])
    ]


def hold_everything(desk: Desk, session: str) -> None:
    for first in range(0, len(SEATS), 4):
        assert desk.customer(session).hold(*SEATS[first : first + 4]).sucesso


def wait_until_all_are_free(desk: Desk, session: str) -> None:
    wait_until(lambda: not desk.states(session), 10, "free seats")


def test_a_hold_ends_within_a_second_of_its_deadline_and_no_earlier(hasty: Desk) -> None:
    session = hasty.new_session()
    hold_everything(hasty, session)
    wait_until_all_are_free(hasty, session)
    deadlines: dict[str, int] = {}
    for at, change in events_of(hasty, session):
        if change["state"] == "held":
            deadlines[change["seat"]] = int(change["deadline"])
        else:
            assert change["reason"] == "timeout"
            assert 0 < at - deadlines.pop(change["seat"]) <= LATE_MS
    assert deadlines == {}


@pytest.mark.usefixtures("second_server")
def test_two_servers_and_callers_who_sweep_at_the_same_time_free_each_seat_once(
    hasty: Desk, second_server: Booking
) -> None:
    session = hasty.new_session()
    with grpc.insecure_channel(second_server.address) as channel, ThreadPoolExecutor(8) as crowd:
        stubs = [hasty.stub, ReservaStub(channel)]
        hold_everything(hasty, session)

        def sweep(number: int) -> int:
            freed = 0
            request = pb.VarreduraRequest(sessao_id=session if number % 4 < 2 else "")
            while hasty.states(session):
                answer = stubs[number % 2].VarrerSessao(request, timeout=CALL_SECONDS)
                freed += answer.liberados
            return freed

        by_callers = sum(crowd.map(sweep, range(8)))
    freed = Counter(
        change["seat"] for _, change in events_of(hasty, session) if change["state"] == "free"
    )
    assert freed == dict.fromkeys(SEATS, 1)
    assert by_callers <= len(SEATS)


async def test_watchers_learn_why_a_seat_became_free(hasty: Desk) -> None:
    session = hasty.new_session()
    async with watching(hasty.booking.address, session) as watcher:
        hasty.customer(session).hold("B01", "B02")
        await watcher.wait_for_version(2)
        assert watcher.reasons == ["timeout", "timeout"]


def test_after_a_hold_has_ended_its_buyer_has_to_wait_and_cannot_pay_any_more(hasty: Desk) -> None:
    ana = hasty.customer()
    token = ana.hold("B01").reserva_token
    wait_until_all_are_free(hasty, ana.session)
    late = ana.confirm("B01", token=token)
    assert late.motivo == "reserva_expirada"
    assert late.mensagem.startswith("O tempo da reserva de B01 acabou.")
    again = ana.hold("B01")
    assert again.motivo == "aguarde"
    assert list(again.assentos_falha) == ["B01"]


def test_the_best_seats_are_others_than_those_that_the_buyer_has_just_let_go(hasty: Desk) -> None:
    ana = hasty.customer()
    first = ana.best(2)
    wait_until_all_are_free(hasty, ana.session)
    second = ana.best(2)
    assert second.sucesso
    assert not set(first.assentos) & set(second.assentos)
