"""Thousands at once: everybody gets an answer, nobody is cut off."""

import asyncio
from collections import Counter

import grpc

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.support.booking_desk import Desk

CROWD = 3_000
PATIENCE = 30


async def test_three_thousand_calls_at_once_are_all_answered(desk: Desk) -> None:
    session = desk.new_session()
    seats = [f"B{number:02d}" for number in range(1, 15)]
    async with grpc.aio.insecure_channel(desk.booking.address) as channel:
        stub = ReservaStub(channel)

        async def ask(number: int) -> str:
            seat = pb.AssentoID(sessao_id=session, assento_num=seats[number % len(seats)])
            request = pb.ReservaRequest(assento=seat, usuario_id=f"buyer-{number}")
            try:
                answer = await stub.ReservarAssento(request, timeout=PATIENCE)
            except grpc.aio.AioRpcError as failed:
                return failed.code().name
            return str(answer.motivo or "held")

        answers = Counter(await asyncio.gather(*(ask(number) for number in range(CROWD))))
    # A call that would have waited too long for Redis is refused: nothing was done, and
    # the same call may be made again.
    answered = answers["held"] + answers["assento_indisponivel"] + answers["UNAVAILABLE"]
    assert answered == CROWD
    assert answers["held"] == len(seats)


async def test_a_crowd_that_wants_the_best_seats_at_once_is_served(desk: Desk) -> None:
    session = desk.new_session()
    async with grpc.aio.insecure_channel(desk.booking.address) as channel:
        stub = ReservaStub(channel)
        wanted = [
            pb.MelhoresRequest(sessao_id=session, usuario_id=f"buyer-{number}", quantidade=2)
            for number in range(8)
        ]
        answers = await asyncio.gather(
            *(stub.ReservarMelhores(request, timeout=PATIENCE) for request in wanted)
        )
    assert all(answer.sucesso for answer in answers)
    assert len({seat for answer in answers for seat in answer.assentos}) == 16
