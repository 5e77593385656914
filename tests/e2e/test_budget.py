"""What the first look at a map may cost: bytes and requests, on the wire, from the real gateway."""

import re
from collections.abc import Iterator

import pytest

from deploy import ROOT
from deploy.ports import LOOPBACK
from tests.bench.stage import one_of_each
from tests.e2e.conftest import ELSEWHERE, NewPage
from tests.e2e.page import ProgrammePage, SessionPage
from tests.e2e.page_weight import PageWeight, Request
from tests.support.services import Gateway

TOTAL_BYTES = 60_000  # with all headers
# The film's own picture is among the images: 3 KB, if no page has shown it before.
BYTES = {"Document": 8_000, "Stylesheet": 9_000, "Script": 50_000, "Image": 5_000, "Other": 2_000}
REQUESTS = 12
SECOND_VISIT_BYTES = 8_000
PROGRAMME_BYTES = 25_000
PROGRAMME_REQUESTS = 10
LANGUAGES = ("pt-BR", "en-GB", "es-ES")


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    programme = (ROOT / "programacao.toml").read_text(encoding="utf-8")
    with one_of_each(programme, ALLOWED_HOSTS=ELSEWHERE) as (_, gateway):
        yield gateway


def opened(
    new_page: NewPage, gateway: Gateway, language: str = "pt-BR", host: str = LOOPBACK
) -> PageWeight:
    """A first visit to a map, until everything that it asked for is there."""
    page = new_page(language)
    weight = PageWeight(page)
    SessionPage(page, f"http://{host}:{gateway.port}").open()
    weight.settle()
    return weight


@pytest.mark.parametrize(
    "language",
    [
        "pt-BR",
        *(pytest.param(one, marks=pytest.mark.nightly) for one in LANGUAGES if one != "pt-BR"),
    ],
)
@pytest.mark.parametrize("host", [LOOPBACK, ELSEWHERE], ids=["brotli", "gzip"])
def test_a_map_takes_less_than_60_kb_and_few_requests(
    new_page: NewPage, gateway: Gateway, language: str, host: str
) -> None:
    """Chromium offers Brotli to localhost and over TLS, and gzip alone to anybody else."""
    weight = opened(new_page, gateway, language, host)
    by_kind = weight.bytes_by_kind()
    assert by_kind.total() <= TOTAL_BYTES, by_kind
    assert {kind: size for kind, size in by_kind.items() if size > BYTES.get(kind, 0)} == {}
    assert len(weight.requests) <= REQUESTS
    assert sum(request.kind == "Stylesheet" for request in weight.requests) == 1


def test_everything_that_a_map_needs_is_named_by_its_html(
    new_page: NewPage, gateway: Gateway
) -> None:
    """Nothing waits for something else to arrive first: one round trip after the HTML everything
    is there."""
    weight = opened(new_page, gateway)
    late = [request.url for request in weight.requests if is_late(request)]
    assert late == []


@pytest.mark.nightly
def test_a_slow_phone_asks_for_no_more(new_page: NewPage, gateway: Gateway) -> None:
    """Nothing is given up and asked for again, however long it takes."""
    page = new_page()
    weight = PageWeight(page)
    weight.slow_down()
    SessionPage(page, f"http://{ELSEWHERE}:{gateway.port}").open()
    weight.settle()
    assert weight.bytes_by_kind().total() <= TOTAL_BYTES
    assert len(weight.requests) <= REQUESTS


def is_late(request: Request) -> bool:
    favicon = request.url.endswith("/icon.svg")  # asked for by the browser, last of all
    beside = re.search(
        r"/arte/|/(film-card|rating)(-[\w-]+)?\.js$", request.url
    )  # beside the map, and after it
    return not (is_named_by_html(request) or favicon or beside)


def is_named_by_html(request: Request) -> bool:
    in_header = request.kind == "Stylesheet" and request.asked_by == "other"  # a Link header
    return request.kind == "Document" or in_header or request.asked_by == "parser"


@pytest.mark.nightly
def test_a_second_visit_asks_for_the_html_alone(new_page: NewPage, gateway: Gateway) -> None:
    weight = opened(new_page, gateway)
    weight.forget()
    weight.page.goto(f"{gateway.url}/sessao/S002")
    SessionPage(weight.page, gateway.url).wait_live()
    weight.settle()
    assert [request.kind for request in weight.requests] == ["Document"]
    assert weight.bytes_by_kind().total() <= SECOND_VISIT_BYTES


@pytest.mark.nightly
def test_the_programme_waits_for_little_and_brings_what_the_map_will_need(
    new_page: NewPage, gateway: Gateway
) -> None:
    page = new_page()
    weight = PageWeight(page)
    ProgrammePage(page, gateway.url).open()
    weight.settle()
    awaited = [request for request in weight.requests if is_named_by_html(request)]
    assert len(awaited) <= PROGRAMME_REQUESTS
    assert sum(request.bytes for request in awaited) <= PROGRAMME_BYTES
    weight.forget()
    ProgrammePage(page, gateway.url).choose("S001")
    weight.settle()
    assert len([request for request in weight.requests if request.kind == "Script"]) <= 1
