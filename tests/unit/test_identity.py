"""Valid buyers, and tags that recognise a buyer without naming it."""

import pytest

from cinema.identity import is_valid_buyer, network_tag, owner_tag, person_tag


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


def test_a_tag_is_stable_and_differs_by_buyer_and_session() -> None:
    assert owner_tag("S001", "ana") == owner_tag("S001", "ana")
    tags = {owner_tag(session, buyer) for session in ("S1", "S2") for buyer in ("ana", "bia")}
    assert len(tags) == 4
    assert {len(tag) for tag in tags} == {16}  # 64 bits


def test_a_tag_says_nothing_of_the_buyer_s_name() -> None:
    assert "ana" not in owner_tag("S001", "ana" * 40)


def test_a_person_is_known_by_the_digits_of_the_cpf_in_one_session_and_under_one_secret() -> None:
    tag = person_tag(b"secret", "S001", "529.982.247-25")
    assert tag == person_tag(b"secret", "S001", "52998224725")
    assert len(tag) == 32
    others = {
        person_tag(b"secret", "S002", "529.982.247-25"),
        person_tag(b"another", "S001", "529.982.247-25"),
        person_tag(b"secret", "S001", "123.456.789-09"),
    }
    assert len(others - {tag}) == 3


def test_a_buyer_without_a_cpf_is_no_person() -> None:
    assert person_tag(b"secret", "S001", "") == ""


def test_a_network_s_tag_names_neither_the_address_nor_a_person() -> None:
    tag = network_tag(b"secret", "192.0.2.1")
    assert len(tag) == 32
    assert tag != network_tag(b"another", "192.0.2.1")
    assert tag != network_tag(b"secret", "192.0.2.2")
