"""A server's end of the streams of batches, over real gRPC, with requests that take as long as
the test wants."""

from typing import Any

import grpc
import pytest

import cinema_pb2 as pb
from booking import batch_streams
from gateway.seat_requests import Buyer
from tests.fakes.batches import FAULTY, SLOW, Server, running
from tests.fakes.messages import SESSION
from tests.support.batching import bare_stream, hold
from tests.support.waiting import eventually

ANA = Buyer(SESSION, "ana", "")


def buyer(name: str) -> Buyer:
    return Buyer(SESSION, name, "")


# ------------------------------------------------------------------------------------ booking's end


async def test_a_slow_request_holds_up_no_other_one(server: Server) -> None:
    async with bare_stream(server.address) as stream:
        await stream.send(hold(1, buyer(SLOW), "A01"), hold(2, ANA, "A02"), hold(3, ANA, "A03"))
        assert set(await stream.answers(2)) == {2, 3}
        server.go_on.set()
        assert set(await stream.answers(1)) == {1}


async def test_each_answer_has_the_status_that_its_call_would_have(server: Server) -> None:
    unknown = pb.PedidoEmLote(numero=3)
    async with bare_stream(server.address) as stream:
        answers = await stream.ask(hold(1, ANA, "A01"), hold(2, buyer(FAULTY), "A01"), unknown)
    assert (answers[1].codigo, list(answers[1].resposta.assentos)) == (0, ["A01"])
    assert (answers[2].codigo, answers[2].detalhes) == (3, "no such buyer")
    assert answers[3].codigo == grpc.StatusCode.INVALID_ARGUMENT.value[0]


async def test_a_request_that_takes_too_long_is_ended_for_its_caller_by_itself() -> None:
    async with running(patience=0.4) as server, bare_stream(server.address) as stream:
        slow, hurried = hold(1, buyer(SLOW)), hold(3, buyer(SLOW), left_ms=50)
        await stream.send(slow, hold(2, ANA), hurried, hold(4, buyer(SLOW), left_ms=250))
        answers = await stream.answers(4)
        codes = {number: answer.codigo for number, answer in answers.items()}
        assert codes == {1: 14, 2: 0, 3: 14, 4: 14}  # unavailable: unknown
        assert list(answers) == [2, 3, 4, 1]
        await eventually(lambda: server.under_way == 0)


async def test_what_nobody_waits_for_is_given_up_without_an_answer(server: Server) -> None:
    async with bare_stream(server.address) as stream:
        await stream.send(hold(1, buyer(SLOW)), hold(2, buyer(SLOW)))
        await eventually(lambda: server.under_way == 2)
        await stream.send(give_up=[1, 77])
        await eventually(lambda: server.under_way == 1)
        server.go_on.set()
        assert set(await stream.answers(1)) == {2}


async def test_a_stream_has_so_many_requests_under_way_and_refuses_more(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_streams, "MOST_UNDER_WAY", 2)
    async with bare_stream(server.address) as stream:
        await stream.send(*(hold(number, buyer(SLOW)) for number in range(1, 4)))
        (refused,) = (await stream.answers(1)).values()
        assert (refused.numero, refused.codigo) == (3, 8)  # resource exhausted
        server.go_on.set()
        assert set(await stream.answers(2)) == {1, 2}


async def test_a_server_has_so_many_streams_and_refuses_more(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_streams, "MOST_STREAMS", 1)
    async with bare_stream(server.address) as first:
        await first.ask(hold(1, ANA))
        async with bare_stream(server.address) as second:
            assert await second.call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        await first.ask(hold(1, ANA))


@pytest.mark.parametrize("data", [b"\xff\xff", b""])
async def test_bytes_that_are_no_batch_end_their_stream_only(server: Server, data: bytes) -> None:
    async with grpc.aio.insecure_channel(server.address) as channel:
        call: Any = channel.stream_stream("/cinema.Reserva/Lotes")()
        await call.write(data)
        await call.done_writing()
        expected = grpc.StatusCode.INVALID_ARGUMENT if data else grpc.StatusCode.OK
        assert await call.code() is expected


async def test_a_number_that_is_under_way_already_ends_the_stream(server: Server) -> None:
    async with bare_stream(server.address) as stream:
        await stream.send(hold(1, buyer(SLOW)), hold(1, ANA))
        assert await stream.call.code() is grpc.StatusCode.INVALID_ARGUMENT
    await eventually(lambda: server.under_way == 0)


async def test_a_caller_that_goes_leaves_nothing_behind(server: Server) -> None:
    async with bare_stream(server.address) as stream:
        await stream.send(hold(1, buyer(SLOW)))
        await eventually(lambda: server.under_way == 1)
    await eventually(lambda: server.under_way == 0 and not server.streams._streams)


async def test_a_caller_that_ends_its_side_gets_all_its_answers(server: Server) -> None:
    async with bare_stream(server.address) as stream:
        await stream.send(hold(1, buyer(SLOW)), hold(2, ANA))
        await stream.call.done_writing()
        assert set(await stream.answers(1)) == {2}
        server.go_on.set()
        assert set(await stream.answers(1)) == {1}
        assert await stream.call.code() is grpc.StatusCode.OK
