"""The gateway's pages and their files: language, first data, compression, caching."""

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.pages import DATA_SECONDS
from tests.fakes.booking import FakeBooking
from tests.fakes.messages import ORDER
from tests.support.gateway_in_process import Bench, open_bench

PAGES = ["/", "/sessao/S001", f"/pedido/{ORDER}"]
LANGUAGE = re.compile(r'<html lang="([\w-]+)">')
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def data_of(answer: httpx2.Response) -> Any:
    """The data in the page; None if there is none."""
    found = DATA.search(answer.text)
    assert found
    return json.loads(found[1]) if found[1] else None


def language_of(answer: httpx2.Response) -> str:
    found = LANGUAGE.search(answer.text)
    assert found
    assert found[1] == answer.headers["content-language"]
    return found[1]


# ----------------------------------------------------------------------------------------- language


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_speaks_the_buyers_language(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        asked: dict[str, dict[str, str]] = {
            "pt-BR": {},
            "en": {"Accept-Language": "en-GB,en;q=0.9,es;q=0.8"},
            "es": {"Accept-Language": "en", "Cookie": "idioma=es"},
        }
        for language, headers in asked.items():
            assert language_of(await http.get(path, headers=headers)) == language


async def test_a_malformed_language_cookie_does_no_harm(bench: Bench) -> None:
    async with bench.http() as http:
        for cookie in ('"><script>', "xx", "", "en;en"):
            headers = {"Cookie": f"idioma={cookie}", "Accept-Language": "es"}
            answer = await http.get("/", headers=headers)
            assert language_of(answer) in ("es", "en")
            assert "><script>" not in answer.text


# ------------------------------------------------------------------------------------------- styles


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_s_header_preloads_its_styles(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        answer = await http.get(path)
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', answer.text)
        assert sheets
        for sheet in sheets:
            assert (await http.get(sheet)).headers["cache-control"].startswith("max-age")
    preloads = [f"<{sheet}>; rel=preload; as=style" for sheet in sheets]
    assert answer.headers["link"] == ", ".join(preloads)


# --------------------------------------------------------------------------------------------- data


@pytest.mark.parametrize(
    ("page", "api"),
    [
        ("/", "/api/sessoes"),
        ("/sessao/S001", "/api/sessoes/S001"),
        (f"/pedido/{ORDER}", f"/api/pedidos/{ORDER}"),
    ],
)
async def test_a_page_contains_the_apis_answer(bench: Bench, page: str, api: str) -> None:
    async with bench.http() as http:
        answer = await http.get(page)
        assert data_of(answer) == (await http.get(api)).json()
    assert answer.headers["cache-control"] == "no-store"


async def test_a_films_title_is_never_markup(bench: Bench) -> None:
    bench.booking.title = '</script><script>alert("x")</script><!--'
    async with bench.http() as http:
        answer = await http.get("/sessao/S001")
    assert data_of(answer)["filme"]["titulo"] == bench.booking.title
    assert "<script>alert(" not in DATA.sub("", answer.text)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_during_an_outage_comes_soon_and_without_data(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        bench.booking.down = True
        answer = await http.get(path)
        assert (answer.status_code, data_of(answer)) == (200, None)
        bench.booking.down = False
        bench.booking.answers.clear()
        answer = await http.get(path)
        assert (answer.status_code, data_of(answer)) == (200, None)
        assert answer.elapsed.total_seconds() < DATA_SECONDS + 0.4  # booking's own deadline is 1 s


@pytest.mark.parametrize(
    "path", ["/sessao/S999", "/sessao/" + "x" * 5_000, "/pedido/07-xxxxxxxxxxxxxxxxxxxxxx"]
)
async def test_a_page_about_something_unknown_is_a_404_page(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        answer = await http.get(path)
    assert (answer.status_code, data_of(answer)) == (404, None)
    assert "/main.js" in answer.text or "/order-page.js" in answer.text


async def test_an_address_over_its_rate_gets_pages_without_data(
    tmp_path: Path, fake_booking: FakeBooking
) -> None:
    limit = {"max_messages_per_second_per_address": 0.01}  # one, and nothing more while we look
    async with open_bench(tmp_path, fake_booking, **limit) as bench, bench.http() as http:
        answers = [await http.get("/sessao/S001") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert data_of(answers[0])
    assert data_of(answers[-1]) is None


async def test_the_head_of_a_page_is_the_pages_own(bench: Bench) -> None:
    async with bench.http() as http:
        full, head = await http.get("/sessao/S001"), await http.head("/sessao/S001")
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"]


# -------------------------------------------------------------------------------------- compression


@pytest.mark.parametrize(
    "path", [*PAGES, "/static/main.js", "/static/page.css", "/static/icon.svg"]
)
async def test_answers_have_the_encoding_that_the_browser_accepts(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        plain = await http.get(path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        for accepted, used in (("gzip, deflate, br, zstd", "br"), ("gzip", "gzip")):
            packed = await http.get(path, headers={"Accept-Encoding": accepted})
            assert packed.headers["content-encoding"] == used
            assert packed.headers["vary"] == "Accept-Encoding"
            assert len(packed.content) == len(plain.content)


async def test_long_answers_of_the_api_are_compressed_and_short_ones_are_not(bench: Bench) -> None:
    async with bench.http() as http:
        long, short = await http.get(f"/api/pedidos/{ORDER}"), await http.get("/health/live")
    assert long.headers["content-encoding"] == "gzip"
    assert long.json()["pedido"] == ORDER
    assert "content-encoding" not in short.headers


# ------------------------------------------------------------------------------------------ caching


async def test_a_file_under_its_revision_is_cached_forever(
    bench: Bench,
) -> None:
    async with bench.http() as http:
        html = (await http.get("/")).text
        addresses = re.findall(r'(?:src|href)="(/static/[^"#]+)', html)
        assert len(addresses) > 5
        for address in addresses:
            assert re.match(r"/static/v-[0-9a-f]{12}/", address)
        answer = await http.get(addresses[0])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "max-age=31536000, immutable"


async def test_a_file_without_its_revision_is_revalidated(
    bench: Bench,
) -> None:
    older = "/static/v-0123456789ab/main.js"
    async with bench.http() as http:
        for path in ("/static/main.js", older):
            first = await http.get(path)
            assert first.headers["cache-control"] == "no-cache"
            asked = {"If-None-Match": f'"x", W/{first.headers["etag"]}'}
            again = await http.get(path, headers=asked)
            assert (again.status_code, again.content) == (304, b"")
            plain = await http.get(path, headers={**asked, "Accept-Encoding": "identity"})
            assert plain.status_code == 200  # another encoding is another entity
            assert plain.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/nada.js",
        "/static/%2e%2e/websocket_server.py",
        "/static/v-0123456789ab/%2e%2e/%2e%2e/websocket_server.py",
        "/static//etc/passwd",
        "/static/%00",
    ],
)
async def test_no_other_file_is_served(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        answer = await http.get(path)
    assert (answer.status_code, answer.json()["motivo"]) == (404, "nao_encontrado")
