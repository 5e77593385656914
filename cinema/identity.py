"""Buyers' ids, and tags that recognise a buyer, person, mailbox or network without naming it."""

import hashlib
import hmac
import re

LONGEST_BUYER = 128
# Names with a meaning in an earlier system.
_RESERVED = frozenset({"RESERVADO", "BLOQUEADO_TEMP", "DISPONIVEL"})


def is_valid_buyer(buyer: str) -> bool:
    """1 to 128 printable characters, and none of the reserved names."""
    return (
        0 < len(buyer) <= LONGEST_BUYER
        and buyer.isprintable()
        and not buyer.isspace()
        and buyer.strip().upper() not in _RESERVED
    )


def owner_tag(session_id: str, buyer: str) -> str:
    """The `marca` of EstadoAssento: a hash of 64 bits, computable from the buyer's id alone.

    It differs from session to session, so that tags do not link a buyer's sessions.
    """
    return hashlib.blake2b(f"{session_id}\n{buyer}".encode(), digest_size=8).hexdigest()


def person_tag(secret: bytes, session_id: str, cpf: str) -> str:
    """A keyed hash of the CPF, 128 bits; empty without a CPF.

    It differs from session to session, so that tags do not link a person's sessions.
    """
    digits = re.sub(r"\D", "", cpf)
    return _keyed_hash(secret, f"person\n{session_id}\n{digits}") if digits else ""


def mailbox_tag(secret: bytes, email: str) -> str:
    """A keyed hash of the mailbox. ana.lima+x@ and analima@ are one, as at many providers."""
    local_part, _, domain = email.lower().rpartition("@")
    mailbox = local_part.partition("+")[0].replace(".", "") or local_part
    return _keyed_hash(secret, f"mailbox\n{mailbox}@{domain}")


def network_tag(secret: bytes, network: str) -> str:
    """The `rede` of ReservaRequest: a keyed hash of 128 bits, the same in every session."""
    return _keyed_hash(secret, f"network\n{network}")


def _keyed_hash(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()[:32]
