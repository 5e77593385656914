"""Who may be a buyer, and how a seat's owner is told apart without being named."""

import pytest

from cinema.identity import is_valid_buyer, owner_tag


@pytest.mark.parametrize("buyer", ["1", "ana", "João da Silva", "x" * 128, "reservado2", "用户"])
def test_a_name_of_up_to_128_visible_characters_is_a_buyer(buyer: str) -> None:
    assert is_valid_buyer(buyer)


@pytest.mark.parametrize(
    "buyer",
    [
        *("", " ", "\u3000", "x" * 129, "x" * 10_000, "ana\n", "\x00", "a\u202eb", "a\ud800"),
        *("RESERVADO", "reservado", " Reservado ", "BLOQUEADO_TEMP", "DISPONIVEL"),
    ],
)
def test_anything_else_is_none(buyer: str) -> None:
    assert not is_valid_buyer(buyer)


def test_a_tag_is_the_same_each_time_and_tells_buyers_and_sessions_apart() -> None:
    assert owner_tag("S001", "ana") == owner_tag("S001", "ana")
    tags = {owner_tag(session, buyer) for session in ("S1", "S2") for buyer in ("ana", "bia")}
    assert len(tags) == 4
    assert {len(tag) for tag in tags} == {16}  # 64 bits


def test_a_tag_says_nothing_of_the_buyer_s_name() -> None:
    assert "ana" not in owner_tag("S001", "ana" * 40)
