"""The contract's enumerations and this code's words for them cover each other."""

import cinema_pb2 as pb
from cinema.contract import CATEGORIES, MAIL_STATE_NUMBERS, MAIL_STATE_WORDS, MAIL_STATES
from cinema.mail_state import MailState
from cinema.tickets import Category


def test_every_category_of_the_contract_is_sold_and_no_other() -> None:
    assert CATEGORIES.keys() == set(pb.Categoria.values())
    assert set(CATEGORIES.values()) == set(Category)


def test_every_mail_state_has_a_number_and_every_number_a_state_and_a_word() -> None:
    assert MAIL_STATE_NUMBERS.keys() == set(MailState)
    assert MAIL_STATES.keys() == MAIL_STATE_WORDS.keys() == set(pb.EstadoEmail.values())
    assert all(MAIL_STATE_NUMBERS[state] == number for number, state in MAIL_STATES.items())


def test_a_mail_that_was_withheld_has_failed_for_its_buyer() -> None:
    assert MAIL_STATE_NUMBERS[MailState.WITHHELD] == pb.EMAIL_FALHOU
