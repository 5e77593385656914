"""People who do not exist, each with a CPF whose check digits are right."""

import random

from cinema.payment_rules import is_valid_cpf


def made_up_cpf() -> str:
    """Another one each time, in all likelihood."""
    base = f"{random.randrange(10**9):09d}"
    return next(cpf for n in range(100) if is_valid_cpf(cpf := f"{base}{n:02d}"))
