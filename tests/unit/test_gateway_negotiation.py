"""Content negotiation: language and encoding, from any header."""

import pytest

from cinema.language_tags import DEFAULT
from gateway.negotiation import encoding, language


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", "pt-BR"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("es-AR,es;q=0.9,en;q=0.8", "es"),
        ("pt-PT,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("fr-FR,fr;q=0.9,en;q=0.1", "en"),
        ("de,fr", "pt-BR"),
        ("en;q=0.5,es;q=0.6", "es"),
        ("es;q=0,en;q=0.1", "en"),
        ("EN-us ; Q=0.5", "en"),
        ("es,en", "es"),
        ("en,es", "en"),
        ("*", "pt-BR"),
    ],
)
def test_the_browsers_languages_decide_by_their_weight(header: str, chosen: str) -> None:
    assert language(None, header) == chosen


def test_the_buyers_own_choice_comes_before_the_browsers() -> None:
    assert language("es", "en") == "es"
    for cookie in ("", "xx", "EN", "en\n", "../en", "<script>"):
        assert language(cookie, "es") == "es"


@pytest.mark.parametrize(
    "header",
    [
        ";;;",
        ",,,",
        "en;q=",
        "en;q=-1",
        "en;q=2",
        "en;q=0.1234",
        "q=1",
        "é",
        "en_US",
        "en;q=٠",
        "a" * 100_000,
        "en" * 50_000 + ",es",
        "\x00",
    ],
)
def test_a_malformed_header_means_the_default(header: str) -> None:
    assert language(None, header) == DEFAULT
    assert encoding(header) == ""


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("GZIP;q=0.1", "gzip"),
        ("br;q=0.1, gzip;q=1", "br"),
        ("identity", ""),
        ("gzip;q=0", ""),
        ("*", ""),
        ("", ""),
    ],
)
def test_the_smallest_accepted_encoding_is_used(header: str, chosen: str) -> None:
    assert encoding(header) == chosen
