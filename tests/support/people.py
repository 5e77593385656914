"""People who do not exist, each with a CPF whose check digits are right."""

import itertools
import random

from cinema.payment_rules import is_valid_cpf

_numbers = itertools.count(random.randrange(1, 10**8))


def made_up_cpf() -> str:
    """Another one each time. Nine digits that are never all the same, which is no CPF."""
    base = f"{next(_numbers):09d}"
    return next(cpf for n in range(100) if is_valid_cpf(cpf := f"{base}{n:02d}"))
