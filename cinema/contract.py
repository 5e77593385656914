"""The enumerations of cinema.proto in this code's own words: one table each, and its inverse.

Their numbers never change: orders in Redis have them, too.
"""

import cinema_pb2 as pb
from cinema.mail_state import MailState
from cinema.tickets import Category

CATEGORY_NUMBERS = {
    Category.FULL: pb.INTEIRA,
    Category.STUDENT: pb.MEIA_ESTUDANTE,
    Category.LOW_INCOME_YOUTH: pb.MEIA_ID_JOVEM,
    Category.DISABLED: pb.MEIA_PCD,
    Category.COMPANION: pb.MEIA_ACOMPANHANTE,
    Category.SENIOR: pb.MEIA_IDOSO,
}
CATEGORIES: dict[int, Category] = {
    int(number): category for category, number in CATEGORY_NUMBERS.items()
}

_MAIL_STATES = {
    pb.EMAIL_PENDENTE: MailState.PENDING,
    pb.EMAIL_ENVIADO: MailState.SENT,
    pb.EMAIL_FALHOU: MailState.FAILED,
    pb.EMAIL_SEM_ENDERECO: MailState.NO_ADDRESS,
}
MAIL_STATES: dict[int, MailState] = {int(number): state for number, state in _MAIL_STATES.items()}
# A mail that was withheld has failed for its buyer, who may ask for it again.
MAIL_STATE_NUMBERS = {state: number for number, state in _MAIL_STATES.items()} | {
    MailState.WITHHELD: pb.EMAIL_FALHOU
}
# What the HTTP API calls them.
MAIL_STATE_WORDS: dict[int, str] = {
    number: name.removeprefix("EMAIL_").lower() for name, number in pb.EstadoEmail.items()
}
