"""The short code of an order, which people read out at the door. The page and the mail show the same."""

import hashlib

_ALPHABET = (
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that is read as another
)
_LENGTH = 8


def order_code(order_id: str) -> str:
    """Eight characters such as `7K4Q9D2M`: 40 bits that follow from the id, and from which the id does not follow."""
    digest = hashlib.blake2b(order_id.encode(), digest_size=5, person=b"order code").digest()
    number = int.from_bytes(digest, "big")
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_LENGTH)))
