"""What is read out of a request; what is refused over gRPC is tested with the server."""

from pathlib import Path

import pytest

import cinema_pb2 as pb
from booking.programme import Programme, load_programme
from booking.requests import InvalidRequest, parse_optional_seats, parse_seats, parse_session
from tests.support.booking_desk import programme


@pytest.fixture
def on_sale(tmp_path: Path) -> Programme:
    (tmp_path / "programacao.toml").write_text(programme(["S1"]))
    return load_programme(tmp_path / "programacao.toml")


def request(single: str, *seats: str, token: str = "") -> pb.ReservaRequest:
    return pb.ReservaRequest(
        assento=pb.AssentoID(sessao_id="S1", assento_num=single),
        usuario_id="ana",
        assentos=seats,
        reserva_token=token,
    )


def test_the_seats_are_the_single_one_of_old_and_then_the_others(on_sale: Programme) -> None:
    assert parse_seats(request("b7", "A5"), on_sale).seats == ("B07", "A05")
    assert parse_seats(request("b7"), on_sale).seats == ("B07",)
    assert parse_seats(request("", "A5", "A06"), on_sale).seats == ("A05", "A06")


def test_the_single_seat_counts_when_seats_are_repeated(on_sale: Programme) -> None:
    with pytest.raises(InvalidRequest, match="repetido"):
        parse_seats(request("A05", "A5"), on_sale)


def test_no_seats_mean_all_of_them_only_where_that_makes_sense(on_sale: Programme) -> None:
    assert parse_optional_seats(request(""), on_sale).seats == ()
    with pytest.raises(InvalidRequest, match="Nenhum assento"):
        parse_seats(request(""), on_sale)


def test_session_buyer_and_token_are_passed_on(on_sale: Programme) -> None:
    wanted = parse_seats(request("A05", token="t"), on_sale)
    assert (wanted.session.id, wanted.buyer, wanted.token) == ("S1", "ana", "t")


@pytest.mark.parametrize("session", ["x" * 10_000, "\u202e", "'; drop", "\n"])
def test_somebody_s_words_are_quoted_short_and_harmless(on_sale: Programme, session: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_session(session, on_sale)
    assert len(str(refused.value)) < 150
    assert str(refused.value).isprintable()
