"""Who a buyer is, and how events say whose seat it is without saying who."""

import hashlib

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
