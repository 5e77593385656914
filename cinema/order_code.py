"""An order's short code, which buyers read out at the door. Page and mail show it."""

import hashlib

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no two look alike
_LENGTH = 8


def order_code(order_id: str) -> str:
    """Eight characters such as `7K4Q9D2M`: a hash of 40 bits, from which the id cannot be found."""
    digest = hashlib.blake2b(order_id.encode(), digest_size=5, person=b"order code").digest()
    number = int.from_bytes(digest, "big")
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_LENGTH)))


def is_order_code(text: str) -> bool:
    return len(text) == _LENGTH and set(text) <= set(_ALPHABET)
