"""Who a buyer is, and how events and limits know a buyer, a person or a network again without saying who it is."""

import hashlib
import hmac
import re

LONGEST_BUYER = 128
# Names that an earlier system gave a meaning of its own; nobody may be called so.
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
    """The `marca` of EstadoAssento: 64 bits that whoever knows the buyer can compute and nobody can invert.

    It differs from session to session, so that tags do not tell where else a buyer was.
    """
    return hashlib.blake2b(f"{session_id}\n{buyer}".encode(), digest_size=8).hexdigest()


def person_tag(secret: bytes, session_id: str, cpf: str) -> str:
    """The person with this CPF: 128 bits that nobody without the secret can compute; empty for none.

    It differs from session to session, so that it does not tell what else a person saw.
    """
    digits = re.sub(r"\D", "", cpf)
    return _keyed_hash(secret, f"person\n{session_id}\n{digits}") if digits else ""


def mailbox_tag(secret: bytes, email: str) -> str:
    """The mailbox behind an address: what many providers deliver to one person is one, as ana.lima+x@ is analima@."""
    local_part, _, domain = email.lower().rpartition("@")
    mailbox = local_part.partition("+")[0].replace(".", "") or local_part
    return _keyed_hash(secret, f"mailbox\n{mailbox}@{domain}")


def network_tag(secret: bytes, network: str) -> str:
    """The `rede` of ReservaRequest: 128 bits, the same in every session, so that an operator can follow one network."""
    return _keyed_hash(secret, f"network\n{network}")


def _keyed_hash(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()[:32]
