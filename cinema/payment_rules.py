"""Rules for a payment's name, CPF and e-mail, which gateway and booking both check."""

import re
from operator import mul
from typing import Literal, get_args

from cinema import mail_address
from cinema.names import NameFault, name_fault
from cinema.typed_text import narrow, tidied

# Simulated: PIX, a test card, or the card that is declined. Empty: unknown.
PaymentMethod = Literal["", "pix", "cartao", "cartao_recusado"]

PAYMENT_METHODS: tuple[PaymentMethod, ...] = get_args(PaymentMethod)
DECLINED_METHOD: PaymentMethod = "cartao_recusado"

_LENGTH_OF_NAMES = "Informe o nome completo, com 2 a 120 caracteres."
_FAULTS_OF_NAMES = {
    NameFault.SHORT: _LENGTH_OF_NAMES,
    NameFault.LONG: _LENGTH_OF_NAMES,
    NameFault.SIGNS: "Comece o nome com uma letra e use só letras e sinais comuns.",
    NameFault.ADDRESS: "O nome parece um endereço de internet. Se não for, "
    "deixe um espaço depois do ponto.",
}
_NO_DIGIT = re.compile(r"[^0-9]+")
_DIGITS_OF_A_CPF = 11
_MOST_READ = 200  # characters, with words that people paste around a CPF
_WEIGHTS = range(2, 12)


def validate_payment(name: str, cpf: str, email: str) -> dict[str, str]:
    """A Portuguese sentence for each wrong field: nomeCompleto, cpf, email. Empty if all are right.

    An empty CPF is right: buyers from abroad have none.
    """
    found = {
        "nomeCompleto": _fault_of_name(name),
        "cpf": _fault_of_cpf(cpf),
        "email": fault_of_email(email),
    }
    return {field: fault for field, fault in found.items() if fault}


def normalise_email(email: str) -> str:
    """The address as it is stored: its domain ASCII in lower case.

    Raises mail_address.WrongAddress.
    """
    return str(mail_address.parse(email))


def mask_cpf(cpf: str) -> str:
    """`***.456.789-**`, all that is stored of a CPF; empty unless it has eleven digits."""
    digits = cpf_digits(cpf)
    return f"***.{digits[3:6]}.{digits[6:9]}-**" if digits else ""


def is_valid_cpf(cpf: str) -> bool:
    """Eleven digits with any text around them, not all equal, with both check digits right."""
    digits = cpf_digits(cpf)
    return (
        len(set(digits)) > 1
        and digits[9] == _check_digit(digits[:9])
        and digits[10] == _check_digit(digits[:10])
    )


def cpf_digits(cpf: str) -> str:
    """The eleven digits in text such as "CPF: 123.456.789-09"; empty if there are more or fewer."""
    digits = _NO_DIGIT.sub("", narrow(cpf)) if len(cpf) <= _MOST_READ else ""
    return digits if len(digits) == _DIGITS_OF_A_CPF else ""


def _check_digit(digits: str) -> str:
    """Modulo 11 with weights 2, 3, 4, … from the right; remainders below 2 give 0."""
    weighted = sum(map(mul, map(int, reversed(digits)), _WEIGHTS))
    remainder = weighted % 11
    return str(11 - remainder) if remainder >= 2 else "0"


def _fault_of_name(name: str) -> str:
    fault = name_fault(name)
    return _FAULTS_OF_NAMES[fault] if fault else ""


def _fault_of_cpf(cpf: str) -> str:
    if not cpf or is_valid_cpf(cpf):
        return ""
    return "CPF inválido. Confira os 11 dígitos."


def fault_of_email(email: str) -> str:
    """A Portuguese sentence; empty if it is right."""
    if not tidied(email):
        return "Informe um e-mail para receber os ingressos."
    try:
        mail_address.parse(email)
    except mail_address.NotAsciiLocalPart:
        return "Antes do @, use só letras sem acento, números e sinais comuns."
    except mail_address.WrongAddress:
        return "E-mail inválido. Use um só endereço, como nome@exemplo.com.br."
    return ""
