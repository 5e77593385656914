"""Every refusal has its sentence, in good Portuguese, for one seat and for several."""

import pytest

from cinema.refusals import Refusal, enumeration, sentence


@pytest.mark.parametrize("refusal", Refusal)
@pytest.mark.parametrize("seats", [(), ("F07",), ("F07", "F08", "F09")])
def test_every_refusal_has_a_whole_sentence(refusal: Refusal, seats: tuple[str, ...]) -> None:
    text = sentence(refusal, seats, limit=6, count=3)
    assert text[0].isupper()
    assert text.endswith(".")
    assert not set("{}") & set(text)


def test_verbs_agree_with_the_number_of_seats() -> None:
    taken = Refusal.SEAT_TAKEN
    assert sentence(taken, ("F07",)) == "Que pena: F07 acabou de ser escolhido por outra pessoa."
    assert sentence(taken, ("F07", "F08")) == (
        "Que pena: F07 e F08 acabaram de ser escolhidos por outra pessoa."
    )


def test_what_is_already_bought_is_said_of_one_seat_and_of_several() -> None:
    bought = Refusal.ALREADY_BOUGHT
    assert sentence(bought, ("F07",)) == (
        "F07 já é seu: você já pagou por ele. Nada foi cobrado agora."
    )
    assert sentence(bought, ("F07", "F08")) == (
        "F07 e F08 já são seus: você já pagou por eles. Nada foi cobrado agora."
    )


def test_seats_are_enumerated_as_people_do() -> None:
    assert enumeration(()) == "o lugar"
    assert enumeration(("F07",)) == "F07"
    assert enumeration(("F07", "F08")) == "F07 e F08"
    assert enumeration(("F07", "F08", "F09")) == "F07, F08 e F09"


def test_motives_are_words_that_programs_may_rely_on() -> None:
    assert all(refusal.value.replace("_", "").isascii() for refusal in Refusal)
    assert {refusal.value for refusal in Refusal} >= {
        *("assento_indisponivel", "limite_de_assentos", "reserva_expirada", "nao_e_sua"),
        *("token_invalido", "aguarde", "limite_de_tempo", "conflito_de_chave"),
        *("sessao_encerrada", "sem_lugares_juntos"),
    }
