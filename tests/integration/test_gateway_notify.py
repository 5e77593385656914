"""The listener's notices: signed, fresh and well-formed, or refused."""

import json
import time

import pytest

import cinema_pb2 as pb
from cinema.expiry_notice import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from tests.support.gateway_in_process import SECRET, Bench

NOTICE = b'{"sessao":"S001","assento":"A05","motivo":"timeout"}'


def signed(body: bytes, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    timestamp = int(time.time()) - age
    return {
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: sign(secret.encode(), timestamp, body),
    }


async def test_a_signed_notice_sweeps_its_session(bench: Bench) -> None:
    async with bench.http() as http:
        answer = await http.post("/notify_liberacao", content=NOTICE, headers=signed(NOTICE))
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "liberados": 1})
    assert bench.booking.requests == [pb.VarreduraRequest(sessao_id="S001")]


async def test_a_notice_about_everything_sweeps_everything(bench: Bench) -> None:
    body = b'{"sessao":"*","assento":"*","motivo":"reconexao"}'
    async with bench.http() as http:
        await http.post("/notify_liberacao", content=body, headers=signed(body))
    assert bench.booking.requests == [pb.VarreduraRequest(sessao_id="")]


async def test_a_notice_that_is_unsigned_forged_or_stale_is_refused(bench: Bench) -> None:
    other = signed(NOTICE.replace(b"A05", b"A06"))
    forgeries: tuple[dict[str, str], ...] = (
        {},
        signed(NOTICE, secret="another secret of theirs"),
        signed(NOTICE, age=60),
        signed(NOTICE, age=-60),
        other,
        {TIMESTAMP_HEADER: "agora", SIGNATURE_HEADER: "x"},
    )
    async with bench.http() as http:
        for headers in forgeries:
            answer = await http.post("/notify_liberacao", content=NOTICE, headers=headers)
            assert answer.status_code == 401
            assert answer.json()["motivo"] == "assinatura_invalida"
    assert not bench.booking.requests


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"sessao":"","assento":"A05","motivo":"timeout"}', 400),
        (b'{"sessao":5,"assento":"A05","motivo":"timeout"}', 400),
        (b'{"sessao":"S999","assento":"A05","motivo":"timeout"}', 400),
        (b"[" * 1_000, 400),
        (b"\xff", 400),
        (b" " * 1_025, 413),
        (b" " * 3_000_000, 413),
    ],
    ids=range(11),
)
async def test_a_signed_malformed_notice_is_refused(bench: Bench, body: bytes, status: int) -> None:
    async with bench.http() as http:
        answer = await http.post("/notify_liberacao", content=body, headers=signed(body))
    assert answer.status_code == status
    assert json.loads(answer.text)["mensagem"]


async def test_a_notice_gets_503_while_booking_is_away(bench: Bench) -> None:
    bench.booking.down = True
    async with bench.http() as http:
        answer = await http.post("/notify_liberacao", content=NOTICE, headers=signed(NOTICE))
    assert answer.status_code == 503
