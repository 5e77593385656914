"""When the verdict of tests/client.py is a bad one."""

import pytest

import cinema_pb2 as pb
from cinema.identity import owner_tag
from tests.crowd.load import Attempt, Call, Outcome
from tests.crowd.report import faults

HELD, SOLD = pb.StatusReserva.BLOQUEADO_TEMP, pb.StatusReserva.RESERVADO
NOW = 1_000.0


def seat_map(**owners: tuple[str, pb.StatusReserva.Estado]) -> pb.MapaResponse:
    states = [
        pb.EstadoAssento(assento=seat, estado=state, marca=owner_tag("S001", buyer))
        for seat, (buyer, state) in owners.items()
    ]
    return pb.MapaResponse(
        sessao=pb.Sessao(sessao_id="S001"), mapa=pb.MapaSessao(sessao_id="S001", assentos=states)
    )


def hold(
    buyer: str, *seats: str, outcome: Outcome = Outcome.WON, until: float = NOW + 60
) -> Attempt:
    return Attempt(Call.HOLD, buyer, seats, outcome, until=until)


def payment(buyer: str, *seats: str) -> Attempt:
    return Attempt(Call.CONFIRM, buyer, seats, Outcome.WON)


UNKNOWN, REFUSED = Outcome.UNKNOWN, Outcome.REFUSED
Case = tuple[list[Attempt], pb.MapaResponse]
A01_HELD = seat_map(A01=("ana", HELD))
A01_SOLD = seat_map(A01=("ana", SOLD))
BOTH_HELD = seat_map(A01=("ana", HELD), A02=("ana", HELD))
EMPTY = seat_map()

GOOD: dict[str, Case] = {
    "a hold that the map shows": ([hold("ana", "A01", "A02")], BOTH_HELD),
    "a sale that the map shows": ([hold("ana", "A01"), payment("ana", "A01")], A01_SOLD),
    "a hold that has ended": ([hold("ana", "A01", until=NOW - 1)], EMPTY),
    "a refusal": ([hold("bia", "A01", outcome=REFUSED)], A01_HELD),
    "no answer, and nothing granted": ([hold("ana", "A01", outcome=UNKNOWN)], EMPTY),
    "no answer, and all granted": ([hold("ana", "A01", outcome=UNKNOWN)], A01_HELD),
}
BAD: dict[str, Case] = {
    "a seat promised twice": ([hold("ana", "A01"), hold("bia", "A01")], A01_HELD),
    "a hold that the map does not have": ([hold("ana", "A01")], EMPTY),
    "a hold that is somebody else's": ([hold("bia", "A01")], A01_HELD),
    "a hold of which a part is missing": ([hold("ana", "A01", "A02")], A01_HELD),
    "a paid seat that is not sold": ([payment("ana", "A01")], A01_HELD),
    "a refusal, half granted": ([hold("ana", "A01", "A02", outcome=REFUSED)], A01_HELD),
    "no answer, and half granted": ([hold("ana", "A01", "A02", outcome=UNKNOWN)], A01_HELD),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_map_that_fits_the_buyers_answers_is_good(case: str) -> None:
    assert faults(*GOOD[case], NOW) == []


@pytest.mark.parametrize("case", BAD)
def test_a_map_that_contradicts_a_buyers_answer_is_named(case: str) -> None:
    found = faults(*BAD[case], NOW)
    assert found
    assert any("A01" in fault for fault in found)
