"""Concurrent requests for a page share one call to booking, and get a fresh answer."""

import asyncio
import json
from functools import partial

import httpx2
import pytest

from cinema_pb2 import SessaoRequest, Vazio
from gateway.public_answers import PublicAnswer, PublicAnswers
from tests.fakes.messages import SESSION, held
from tests.support.gateway_in_process import Bench
from tests.support.waiting import eventually

MOST_KEPT = 64


@pytest.mark.parametrize("question", [Vazio, SessaoRequest])
async def test_concurrent_requests_share_one_call_to_booking(
    bench: Bench, question: type[object]
) -> None:
    def ask() -> "asyncio.Task[PublicAnswer]":
        answers = bench.gateway.answers
        asked = answers.sessions() if question is Vazio else answers.session_map(SESSION)
        return asyncio.create_task(asked)

    bench.booking.answers.clear()
    first = ask()
    await eventually(lambda: len(bench.booking.asked(question)) == 1)
    crowd = [ask() for _ in range(10)]
    await asyncio.sleep(0)  # now all of them wait
    bench.booking.answers.set()
    assert len(set(await asyncio.gather(first, *crowd))) == 1
    assert len(bench.booking.asked(question)) == 2


async def test_a_change_is_in_the_next_answer(bench: Bench) -> None:
    async def free(http: httpx2.AsyncClient, address: str) -> int:
        answer = await http.get(address)
        return int(answer.text.partition('"livres":')[2].partition(",")[0])

    addresses = ("/", "/api/sessoes", f"/sessao/{SESSION}", f"/api/sessoes/{SESSION}")
    async with bench.http() as http:
        before = [await free(http, address) for address in addresses]
        bench.booking.change(held("A01", "ana"))
        assert [await free(http, address) for address in addresses] == [one - 1 for one in before]


async def test_an_unchanged_page_is_reused_in_its_language(
    bench: Bench,
) -> None:
    async with bench.http() as http:
        for language in ("en", "es", "en"):
            headers = {"Accept-Language": language, "Accept-Encoding": "br"}
            page = await http.get(f"/sessao/{SESSION}", headers=headers)
            assert page.headers["content-language"] == language
            assert f'<html lang="{language}">' in page.text
    answer = await bench.gateway.answers.session_map(SESSION)
    assert len(answer._pages) == 2


async def test_the_room_is_fetched_without_the_states_of_its_seats(bench: Bench) -> None:
    async with bench.http() as http:
        await http.get(f"/api/sessoes/{SESSION}")
    (request,) = bench.booking.asked(SessaoRequest)
    assert request.sem_estados


async def test_the_number_of_cached_answers_is_limited(bench: Bench) -> None:
    answers: PublicAnswers = bench.gateway.answers
    for number in range(MOST_KEPT + 5):
        answers._of(f"S{number}", b"", partial(PublicAnswer, b"", {"id": number}))
    assert len(answers._kept) == MOST_KEPT
    again = answers._of("S0", b"", partial(PublicAnswer, b"", {"id": "again"}))
    assert json.loads(again.json) == {"id": "again"}
