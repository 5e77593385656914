"""A client compiled from the first version of cinema.proto works against the present server.

It runs in a process of its own, since one process cannot know two descriptors of one name.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import tests.fakes
from tests.support.services import Booking

ORIGINAL = """\
syntax = "proto3";
package cinema;

message AssentoID { string sessao_id = 1; string assento_num = 2; }
message StatusReserva {
  enum Estado { RESERVADO = 0; BLOQUEADO_TEMP = 1; DISPONIVEL = 2; }
  Estado estado = 1;
  string mensagem = 2;
}
message ReservaRequest { AssentoID assento = 1; string usuario_id = 2; }
message ReservaResponse { bool sucesso = 1; string mensagem = 2; string reserva_token = 3; }

service Reserva {
  rpc ReservarAssento(ReservaRequest) returns (ReservaResponse);
  rpc ConfirmarPagamento(ReservaRequest) returns (ReservaResponse);
}
"""
HOLD, CONFIRM = "ReservarAssento", "ConfirmarPagamento"
Calls = Callable[..., list[dict[str, Any]]]

MALFORMED = {
    "an unknown session": ("S999", "A05", "ana"),
    "no session": ("", "A05", "ana"),
    "a session of 10,000 characters": ("S" * 10_000, "A05", "ana"),
    "seat *": ("S001", "*", "ana"),
    "seat ZZZ:999": ("S001", "ZZZ:999", "ana"),
    "a seat that the room does not have": ("S001", "Z99", "ana"),
    "no seat": ("S001", "", "ana"),
    "a seat of 10,000 characters": ("S001", "A" * 10_000, "ana"),
    "user RESERVADO": ("S001", "A05", "RESERVADO"),
    "no user": ("S001", "A05", ""),
    "a user of 10,000 characters": ("S001", "A05", "a" * 10_000),
}


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what protoc makes of the original file."""
    folder = tmp_path_factory.mktemp("original")
    (folder / "cinema.proto").write_text(ORIGINAL)
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder}"]
    outputs = [f"--python_out={folder}", f"--grpc_python_out={folder}"]
    subprocess.run([*protoc, *outputs, "cinema.proto"], timeout=60, check=True)
    return folder


@pytest.fixture
def original(stubs: Path, services: ExitStack, empty_redis_url: str, tmp_path: Path) -> Calls:
    """Makes calls, each of (rpc, session, seat, user), as the original client does."""
    booking = services.enter_context(Booking(tmp_path, {"REDIS_URL": empty_redis_url}))
    program = Path(tests.fakes.__path__[0]) / "original_client.py"
    command = [sys.executable, str(program), booking.address]
    env = os.environ | {"PYTHONPATH": str(stubs)}

    def made(*calls: tuple[str, str, str, str]) -> list[dict[str, Any]]:
        text = subprocess.check_output(
            command, input=json.dumps(calls), env=env, text=True, timeout=30
        )
        answers: list[dict[str, Any]] = json.loads(text)
        return answers

    return made


def test_the_original_client_reserves_and_confirms_a_seat_and_a_second_user_is_refused(
    original: Calls,
) -> None:
    held, taken, not_hers, sold, still_taken = original(
        (HOLD, "S001", "A5", "ana"),
        (HOLD, "S001", "A5", "bia"),
        (CONFIRM, "S001", "A5", "bia"),
        (CONFIRM, "S001", "A5", "ana"),
        (HOLD, "S001", "A5", "bia"),
    )
    assert held["sucesso"]
    assert len(held["reserva_token"]) >= 22, "128 bits that nobody guesses"
    assert sold["sucesso"]
    for refusal in (taken, not_hers, still_taken):
        assert refusal["status"] == "OK"
        assert refusal["sucesso"] is False
        assert "A05" in refusal["mensagem"]
        assert refusal["reserva_token"] == ""


def test_a_seat_is_one_seat_however_it_is_spelled(original: Calls) -> None:
    held, again, taken, sold = original(
        (HOLD, "S001", "A5", "ana"),
        (HOLD, "S001", "a05", "ana"),
        (HOLD, "S001", "A05", "bia"),
        (CONFIRM, "S001", "a5", "ana"),
    )
    assert [answer["sucesso"] for answer in (held, again, taken, sold)] == [True, True, False, True]
    assert again["reserva_token"] == held["reserva_token"]


@pytest.mark.parametrize("rpc", [HOLD, CONFIRM])
def test_malformed_requests_are_refused_as_such_and_change_nothing(
    original: Calls, rpc: str
) -> None:
    *refusals, held = original(
        *((rpc, *request) for request in MALFORMED.values()), (HOLD, "S001", "A05", "bia")
    )
    for what, refusal in zip(MALFORMED, refusals, strict=True):
        assert refusal["status"] == "INVALID_ARGUMENT", what
        assert 0 < len(refusal["mensagem"]) < 300, what
        assert "Traceback" not in refusal["mensagem"]
    assert held["sucesso"]
