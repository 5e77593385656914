"""tests/client.py as a process, as somebody runs it from the project's root."""

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

import cinema_pb2 as pb
import cinema_pb2_grpc
from deploy import ROOT
from deploy.ports import LOOPBACK
from tests.fakes.batch_servicer import Context
from tests.fakes.booking import FakeBooking
from tests.histories.check import check
from tests.histories.reading import read
from tests.support.ports import free_port
from tests.support.services import Booking

GOOD, BAD, WRONG_USAGE = 0, 1, 2


def client(*arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    # Wide, so that no line of the table is broken.
    env = os.environ | {"COLUMNS": "200"}
    command = [python, "tests/client.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def figure(table: str, row: str) -> list[str]:
    """The cells of one row, from the second on."""
    line = next(line for line in table.splitlines() if line.startswith(f"│ {row} "))
    return [cell.strip() for cell in line.strip("│").split("│")][1:]


@pytest.fixture
def address(services: ExitStack, empty_redis_url: str, tmp_path: Path) -> str:
    booking = services.enter_context(Booking(tmp_path, {"REDIS_URL": empty_redis_url}))
    return booking.address


def states(address: str) -> list[pb.StatusReserva.Estado]:
    """Of the seats of S001 that are not free."""
    with grpc.insecure_channel(address) as channel:
        answer: pb.MapaResponse = cinema_pb2_grpc.ReservaStub(channel).ObterMapa(
            pb.SessaoRequest(sessao_id="S001"), timeout=5
        )
    return [state.estado for state in answer.mapa.assentos]


def test_a_crowd_for_one_seat_gives_one_winner_a_round_and_leaves_nothing_held(
    address: str,
) -> None:
    done = client("--address", address, "--buyers", "40", "--rounds", "3")
    assert done.returncode == GOOD, done.stderr
    assert figure(done.stdout, "won") == ["3"]
    assert figure(done.stdout, "refused assento_indisponivel") == ["117"]
    assert "PASS" in done.stdout
    assert "120/120 answers" in done.stderr
    assert states(address) == []


def test_groups_are_bought_and_what_is_not_paid_for_is_given_back(
    address: str, tmp_path: Path
) -> None:
    many = ("--mode", "random-groups", "--buyers", "20", "--rounds", "2", "--seed", "7")
    file = tmp_path / "history.jsonl"
    done = client("--address", address, *many, "--confirm", "0.5", "--record", str(file))
    assert done.returncode == GOOD, done.stderr
    won, paid = figure(done.stdout, "won")
    assert 0 < int(paid) < int(won)
    sold = states(address)
    assert len(sold) >= int(paid)
    assert set(sold) == {pb.StatusReserva.RESERVADO}
    history = check(read(file))
    assert history.violations == []
    assert (history.acknowledged, history.lost, history.doubled) == (int(paid), 0, 0)


def test_a_session_is_filled_to_the_last_seat_and_kept_so(address: str) -> None:
    done = client("--address", address, "--mode", "fill", "--buyers", "60", "--keep")
    assert done.returncode == GOOD, done.stderr
    assert "200/200 seats" in done.stderr
    assert states(address) == [pb.StatusReserva.BLOQUEADO_TEMP] * 200
    again = client("--address", address)
    assert again.returncode == WRONG_USAGE
    assert again.stderr == "S001 has no free seat left\n"


def test_what_cannot_be_run_is_one_clear_line(address: str) -> None:
    unknown = client("--address", address, "--session", "S999")
    assert unknown.returncode == WRONG_USAGE
    assert "there is no session S999" in unknown.stderr
    assert "S001" in unknown.stderr

    nobody = f"{LOOPBACK}:{free_port()}"
    away = client("--address", nobody)
    assert away.returncode == WRONG_USAGE
    assert nobody in away.stderr
    assert len(away.stderr.splitlines()) == 1

    nowhere = client("--address", address, "--record", "/nowhere/history.jsonl")
    assert nowhere.returncode == WRONG_USAGE
    assert nowhere.stderr.endswith(
        "/nowhere/history.jsonl cannot be written: No such file or directory\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--address", "localhost"),
        ("--buyers", "0"),
        ("--buyers", "muitos"),
        ("--confirm", "2"),
        ("--seats-per-buyer", "6-1"),
        ("--mode", "cheat"),
    ],
)
def test_a_wrong_argument_is_named(arguments: tuple[str, str]) -> None:
    done = client(*arguments)
    assert done.returncode == WRONG_USAGE
    assert f"argument {arguments[0]}" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_explains_every_mode() -> None:
    done = client("--help")
    assert done.returncode == GOOD
    for word in ("same-seat", "random-groups", "fill", "--confirm", "--keep", "exit status"):
        assert word in done.stdout


class Generous(FakeBooking):
    """Grants every hold, shows a map without any, and has no orders."""

    async def ReservarAssento(  # noqa: N802 - the contract's name
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        return pb.ReservaResponse(sucesso=True, reserva_token="t", restante_ms=300_000)

    async def ListarPedidos(  # noqa: N802
        self, request: pb.ListarPedidosRequest, context: Context
    ) -> pb.ListarPedidosResponse:
        return pb.ListarPedidosResponse()


async def test_a_server_that_grants_a_seat_to_everybody_is_found_out(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    server = Generous()
    await server.start()
    try:
        few = ("--buyers", "5", "--rounds", "1", "--record", str(file))
        done = await asyncio.to_thread(client, "--address", server.address, *few)
    finally:
        await server.stop()
    assert done.returncode == BAD, done.stderr
    assert "FAIL" in done.stdout
    assert done.stdout.count("were granted, but never held together") == 5
    assert len(check(read(file)).violations) == 5
