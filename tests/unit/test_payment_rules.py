"""What a buyer may write into the payment form."""

import json
import re
from pathlib import Path

import pytest

from cinema import names
from cinema.names import name_fault, normalise_name
from cinema.payment_rules import is_valid_cpf, mask_cpf, validate_payment
from cinema.typed_text import narrow

ROOT = Path(__file__).parents[2]
GOOD = {
    "name": "Maria da Conceição D'Ávila",
    "cpf": "529.982.247-25",
    "email": "maria@exemplo.com.br",
}


def faults(**changed: str) -> set[str]:
    return set(validate_payment(**{**GOOD, **changed}))


def test_a_proper_payment_has_no_fault() -> None:
    assert validate_payment(**GOOD) == {}


# Numbers that Brazilian manuals and the validators in common use give as examples; they belong to
# nobody.
CPFS: list[tuple[str, bool]] = json.loads((ROOT / "tests/unit_js/cpfs.json").read_text())


@pytest.mark.parametrize(("cpf", "good"), CPFS, ids=[ascii(cpf) for cpf, _ in CPFS])
def test_server_and_page_say_the_same_of_a_cpf(cpf: str, good: bool) -> None:
    """tests/unit_js/validation.test.mjs asks the page."""
    assert is_valid_cpf(cpf) is good
    assert faults(cpf=cpf) == (set() if good else {"cpf"})


@pytest.mark.parametrize("cpf", [*(str(digit) * 11 for digit in range(10)), "1" * 10_000])
def test_other_cpfs_are_refused(cpf: str) -> None:
    assert not is_valid_cpf(cpf)
    assert faults(cpf=cpf) == {"cpf"}


def test_a_cpf_is_the_same_however_it_was_pasted() -> None:
    masks = {mask_cpf(cpf) for cpf, good in CPFS if good and "123" in narrow(cpf)[:20]}
    assert masks == {"***.456.789-**"}


def test_buyers_from_abroad_have_no_cpf() -> None:
    assert faults(cpf="") == set()


@pytest.mark.parametrize(
    "email",
    [
        "",
        "maria",
        "maria@exemplo.com.br\nBcc: todos@exemplo.com.br",
        "maria@exemplo.com.br,joao@exemplo.com.br",
        "maria silva@exemplo.com.br",
        "maria@@exemplo.com.br",
        "maria@exemplo@com.br",
        "Maria <maria@exemplo.com.br>",
        "maria@exemplo",
        "@exemplo.com.br",
        "maria@",
        "maria@-exemplo.com",
        "maria@exemplo..com",
        "márcia@exemplo.com.br",
        "a" * 65 + "@exemplo.com.br",
        "a@" + ".".join(["b" * 60] * 5) + ".com",
    ],
)
def test_an_email_that_is_not_one_plain_address_is_refused(email: str) -> None:
    assert faults(email=email) == {"email"}


@pytest.mark.parametrize(
    "email", ["a@b.co", "maria+cinema@mail.exemplo.com.br", "o'neil@xn--caf-dma.com"]
)
def test_usual_addresses_are_taken(email: str) -> None:
    assert faults(email=email) == set()


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "M",
        "M" * 121,
        "<b>Maria</b>",
        "Maria > João",
        "Maria\nBcc: x",
        "Maria\x00",
        "Maria\u202eaviS",
        "Maria\u2028Silva",
        "\ud800\ud800",
    ],
)
def test_names_with_markup_or_unseen_characters_or_of_odd_length_are_refused(name: str) -> None:
    assert faults(name=name) == {"nomeCompleto"}


@pytest.mark.parametrize(
    "name", ["Zé", "M" * 120, "José Antônio d'Ávila-Souza", "李小龍", "  Ana   Lima "]
)
def test_names_as_people_have_them_are_taken(name: str) -> None:
    assert faults(name=name) == set()


NAMES: list[list[str]] = json.loads((ROOT / "tests/unit_js/names.json").read_text())


@pytest.mark.parametrize(("name", "fault"), NAMES, ids=[ascii(name) for name, _ in NAMES])
def test_server_and_page_say_the_same_of_a_name(name: str, fault: str) -> None:
    """tests/unit_js/validation.test.mjs asks the page."""
    assert str(name_fault(name) or "") == fault
    assert faults(name=name) == ({"nomeCompleto"} if fault else set())


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u00ad\u00ad", "\n=1", "Ana\x1c", "Ana\x85"])
def test_nothing_to_be_seen_or_a_formula_behind_it_is_no_name(name: str) -> None:
    assert faults(name=name) == {"nomeCompleto"}


@pytest.mark.parametrize(("name", "fault"), NAMES, ids=[ascii(name) for name, _ in NAMES])
def test_a_name_as_it_is_kept_is_no_address_and_stays_as_it_is(name: str, fault: str) -> None:
    kept = normalise_name(name)
    if not fault:
        assert not re.search(r"\w[.]\w\w", kept)
        assert normalise_name(kept) == kept
        assert name_fault(kept) is None


def test_a_name_that_looks_like_an_address_is_refused_with_a_way_out() -> None:
    sentence = validate_payment("Dr.João", "", GOOD["email"])["nomeCompleto"]
    assert "endereço de internet" in sentence
    assert "espaço depois do ponto" in sentence
    assert faults(name="Dr. João") == set()


def test_all_faults_are_reported_at_once_in_portuguese() -> None:
    assert validate_payment("", "1", "x") == {
        "nomeCompleto": "Informe o nome completo, com 2 a 120 caracteres.",
        "cpf": "CPF inválido. Confira os 11 dígitos.",
        "email": "E-mail inválido. Use um só endereço, como nome@exemplo.com.br.",
    }


def test_a_plain_name_is_judged_and_kept_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most names need no close look: nothing in them could be wrong but their length."""
    letters = [chr(code) for code in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x100))]
    plain = ["Ana", "João e Maria da Conceição", "Ýrsa Ünal", "A", "a" * 120, "a" * 121]
    plain += [f"A{letter} {letter}B" for letter in letters]
    quick = [(name_fault(name), normalise_name(name)) for name in plain]
    monkeypatch.setattr(names, "_PLAIN", re.compile("(?!)"))  # matches nothing
    assert quick == [(name_fault(name), normalise_name(name)) for name in plain]


def test_names_are_kept_with_single_spaces_and_composed_letters() -> None:
    assert normalise_name("  Jose\u0301   da\u00a0Silva ") == "José da Silva"
    assert normalise_name("\u2068Ana\tLi\u00adma\u200b\u2069\r\n") == "Ana Lima"


def test_only_the_middle_of_a_cpf_is_kept() -> None:
    assert mask_cpf("12345678909") == mask_cpf("123.456.789-09") == "***.456.789-**"
    assert mask_cpf("") == mask_cpf("12345") == ""
