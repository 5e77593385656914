"""Cleans up pasted text: spaces, tabs, invisible characters, full-width letters and digits.

static/typed-text.js has the same rules.
"""

import re

# Soft hyphen, zero-width space, direction marks, word joiner, byte order mark: invisible.
_UNSEEN = re.compile(r"[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]")
_SPACES = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
# Phones and chats copy names and addresses between these.
_CONTROLS_OF_DIRECTION = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def tidied(text: str) -> str:
    """Without invisible characters, and without surrounding white space.

    An inner tab becomes a space.
    """
    return _UNSEEN.sub("", text).replace("\t", " ").strip(_SPACES + _CONTROLS_OF_DIRECTION)


def narrow(text: str) -> str:
    """Full-width letters, digits and signs, as Japanese keyboards write them, in ASCII."""
    return text.translate(_FULL_WIDTH)
