"""Films' pictures, and a page's head for link previews."""

import io
import re
from html import unescape

import pytest
from PIL import Image

import cinema_pb2 as pb
from gateway import film_art, http_json
from gateway.film_art import preview_path
from tests.fakes.messages import ORDER
from tests.support.gateway_in_process import Bench

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def a_jpeg(colour: str = "#c8553d") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (480, 720), colour).save(file, "JPEG")
    return file.getvalue()


async def art_of(bench: Bench) -> str:
    async with bench.http() as http:
        return str((await http.get("/api/sessoes")).json()["sessoes"][0]["filme"]["art"])


def head_of(html: str) -> dict[str, str]:
    """Title and meta elements by name or property."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html)
    titles = re.findall(r"<title>([^<]*)</title>", html)
    assert len(titles) == 1
    return {name: unescape(content) for name, content in [*found, ("title", titles[0])]}


# ----------------------------------------------------------------------------------------- pictures


async def test_a_film_without_a_picture_gets_a_drawn_one_that_is_cached_forever(
    bench: Bench,
) -> None:
    path = await art_of(bench)
    async with bench.http() as http:
        plain = await http.get(path, headers={"Accept-Encoding": "identity"})
        packed = await http.get(path, headers={"Accept-Encoding": "br"})
    assert plain.headers["content-type"] == "image/svg+xml"
    assert plain.headers["cache-control"] == "max-age=31536000, immutable"
    assert "default-src 'none'" in plain.headers["content-security-policy"]
    assert packed.headers["content-encoding"] == "br"
    assert int(packed.headers["content-length"]) < 5_000
    assert packed.text == plain.text
    assert plain.text.startswith("<svg")


async def test_another_title_or_picture_has_another_address(bench: Bench) -> None:
    before = await art_of(bench)
    bench.booking.title = "Maré de Sal"
    assert await art_of(bench) != before
    assert await art_of(bench) == await art_of(bench)


async def test_the_programmes_own_picture_is_fetched_once(bench: Bench) -> None:
    bench.booking.posters["agente-secreto"] = pb.Cartaz(versao="v1", jpeg=a_jpeg())
    path = await art_of(bench)
    assert path.endswith(".jpg")
    async with bench.http() as http:
        answers = [await http.get(path) for _ in range(3)]
        wide = await http.get(path.replace(".jpg", "-previa.jpg"))
    assert {answer.headers["content-type"] for answer in (*answers, wide)} == {"image/jpeg"}
    assert {answer.content for answer in answers} == {a_jpeg()}
    assert Image.open(io.BytesIO(wide.content)).size == (1200, 630)
    assert bench.booking.posters_asked == 2


async def test_a_changed_picture_is_not_served_under_the_old_address(
    bench: Bench,
) -> None:
    bench.booking.posters["agente-secreto"] = pb.Cartaz(versao="v1", jpeg=a_jpeg())
    path = await art_of(bench)
    bench.booking.posters["agente-secreto"] = pb.Cartaz(versao="v2", jpeg=a_jpeg("#0d3f4e"))
    async with bench.http() as http:
        answer = await http.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


async def test_a_restarted_gateway_knows_the_pictures_of_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await art_of(bench)
    monkeypatch.setattr(film_art, "_films", type(film_art._films)())
    bench.gateway.answers._kept.clear()
    http_json._encoded_session.cache_clear()
    async with bench.http() as http:
        assert (await http.get(path)).status_code == 200


@pytest.mark.parametrize("file", ["nada.svg", "0123456789abcdef.svg", "x", "..%2f", "a" * 900])
async def test_an_address_of_no_film_is_a_404(bench: Bench, file: str) -> None:
    known = await art_of(bench)
    async with bench.http() as http:
        for path in (
            f"/arte/{file}",
            known.replace(".svg", ".jpg"),
            known.replace(".svg", "-x.svg"),
        ):
            assert (await http.get(path, headers=BROWSER)).status_code == 404


# -------------------------------------------------------------------------------------------- heads


async def test_a_sessions_html_has_film_day_hour_and_picture(
    bench: Bench,
) -> None:
    async with bench.http() as http:
        head = head_of((await http.get("/sessao/S001")).text)
        image = await http.get(head["og:image"].removeprefix(bench.gateway.settings.public_url))
    assert head["title"] == head["og:title"] == "O Agente Secreto · dom 13/12 · 17h45"
    facts = "dom 13/12 · 17h45 · Sala 1 · legendado · 16 anos"
    assert head["og:description"] == f"{facts}. Escolha suas poltronas num mapa ao vivo."
    assert head["twitter:card"] == "summary_large_image"
    assert (image.headers["content-type"], image.status_code) == ("image/png", 200)
    assert (head["og:image:width"], head["og:image:height"]) == ("1200", "630")


async def test_the_programme_is_previewed_by_the_film_that_comes_next(bench: Bench) -> None:
    async with bench.http() as http:
        head = head_of((await http.get("/")).text)
        art = (await http.get("/api/sessoes")).json()["sessoes"][0]["filme"]["art"]
    assert head["og:image"].endswith(preview_path(art))
    assert head["twitter:card"] == "summary_large_image"


async def test_a_cinema_with_a_name_has_it_in_titles_and_previews(bench: Bench) -> None:
    bench.booking.cinema = "Cine Aurora"
    async with bench.http() as http:
        pages = [(await http.get(path)).text for path in ("/", "/sessao/S001")]
    programme, session = map(head_of, pages)
    assert programme["title"] == "Em cartaz · Cine Aurora"
    assert programme["og:site_name"] == session["og:site_name"] == "Cine Aurora"
    assert '<p class="cinema">Cine Aurora</p>' in pages[0]


async def test_a_head_speaks_the_readers_language(bench: Bench) -> None:
    async with bench.http() as http:
        head = head_of((await http.get("/sessao/S001", headers={"Accept-Language": "en"})).text)
        programme = head_of((await http.get("/", headers={"Accept-Language": "es"})).text)
    assert head["title"] == "O Agente Secreto · Sun 13 Dec · 17:45"
    assert "Screen 1 · original with Portuguese subtitles · ages 16+" in head["og:description"]
    assert (programme["title"], programme["og:locale"]) == ("En cartelera · Cine", "es_LA")


async def test_an_orders_head_has_its_film_and_no_name(bench: Bench) -> None:
    async with bench.http() as http:
        head = head_of((await http.get(f"/pedido/{ORDER}")).text)
    assert head["title"].startswith("O Agente Secreto · ")
    assert "og:image" in head
    assert not re.search("Maria|Silva|exemplo|456", " ".join(head.values()))


async def test_a_title_is_never_markup(bench: Bench) -> None:
    bench.booking.title = '</title><script>alert("1")</script>" onload="x'
    async with bench.http() as http:
        html = (await http.get("/sessao/S001")).text
    assert head_of(html)["og:title"].startswith(bench.booking.title)
    assert "<script>alert" not in html


async def test_a_page_without_data_has_a_title_all_the_same(bench: Bench) -> None:
    bench.booking.down = True
    async with bench.http() as http:
        for path in ("/sessao/S001", f"/pedido/{ORDER}", "/"):
            assert "Cinema" in head_of((await http.get(path)).text)["title"]


# ------------------------------------------------------------------------------------------ nothing


async def test_a_404_is_a_page_for_browsers_and_json_for_programs(
    bench: Bench,
) -> None:
    async with bench.http() as http:
        page = await http.get("/nada", headers={**BROWSER, "Accept-Language": "en"})
        json = await http.get("/nada")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.headers["content-language"] == "en"
    assert page.headers["cache-control"] == "no-store"
    assert (json.status_code, json.json()["motivo"]) == (404, "nao_encontrado")


@pytest.mark.parametrize("path", ["/api/nada", "/static/nada.js", "/arte/nada.svg", "/health/nada"])
async def test_a_404_below_an_address_for_programs_is_json(bench: Bench, path: str) -> None:
    async with bench.http() as http:
        answer = await http.get(path, headers=BROWSER)
    assert (answer.status_code, answer.json()["motivo"]) == (404, "nao_encontrado")
