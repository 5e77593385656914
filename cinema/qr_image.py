"""Draws tickets' QR codes as PNG, by exclusive or of pictures that were drawn once.

Each module is a sum modulo 2 of the content's bits: data modules are those bits, error correction
(Reed-Solomon) is linear in them, and the mask is added last. So a code is the exclusive or of a
blank code and one picture for each set bit. Drawing it with segno takes 30 times as long, and with
all masks 250 times.
"""

import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache
from math import isqrt

import segno

from cinema.qr_mask import QUIET_ZONE, penalty

_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # ISO/IEC 18004, alphanumeric mode
_BITS = {1: 6, 2: 11}  # by number of characters
_MASKS = range(8)
_LENGTHS = 8  # of contents whose pictures are cached
_KEPT = 64  # codes: a mail has each of its codes twice
_PIXELS = 8  # a module, so that it is a byte; sharp on a phone at the size in the mail


def qr_png(content: str) -> bytes:
    """Readable with a quarter missing (error correction Q)."""
    return _png(*qr_pixels(content))


def qr_pixels(content: str) -> tuple[bytes, int]:
    """A byte a module, 0 dark and 255 light; and the side in modules."""
    code, side = qr_code_of(content)
    return f"{code:0{side * side}b}".encode().translate(_PIXELS_OF_DIGITS), side


@lru_cache(maxsize=_KEPT)
def qr_code_of(content: str) -> tuple[int, int]:
    """A number with a bit a module, the first one the highest, dark is 1; and the side."""
    codes, side = qr_codes(content)
    return min(codes, key=lambda code: penalty(code, side)), side


def qr_codes(content: str) -> tuple[list[int], int]:
    """The code with each of the eight masks, as in `qr_mask`; and the side with quiet zones."""
    if set(content) <= set(_CHARACTERS):
        blanks, pictures, side = _pictures(len(content))
        difference = 0
        for bit, picture in zip(_bits(content), pictures, strict=True):
            if bit:
                difference ^= picture
        return [blank ^ difference for blank in blanks], side
    codes = [_drawn(content, mask) for mask in _MASKS]
    return [code for code, _ in codes], codes[0][1]


def _bits(content: str) -> Iterator[int]:
    """The bits of alphanumeric mode, each pair's lowest first."""
    for start in range(0, len(content), 2):
        pair = content[start : start + 2]
        number = 0
        for character in pair:
            number = number * len(_CHARACTERS) + _CHARACTERS.index(character)
        yield from (number >> place & 1 for place in range(_BITS[len(pair)]))


@lru_cache(maxsize=_LENGTHS)
def _pictures(length: int) -> tuple[list[int], list[int], int]:
    """The codes of zeros for each mask, what each bit changes in a code, and the side."""
    zeros = "0" * length
    blanks = [_drawn(zeros, mask)[0] for mask in _MASKS]
    blank, side = _drawn(zeros, _MASKS[0])
    pictures = [_drawn(one, _MASKS[0])[0] ^ blank for one in _contents_of_one_bit(length)]
    return blanks, pictures, side


def _contents_of_one_bit(length: int) -> Iterator[str]:
    """In the order of `_bits`: contents that differ from zeros by one bit."""
    for start in range(0, length, 2):
        width = min(2, length - start)
        for place in range(_BITS[width]):
            high, low = divmod(1 << place, len(_CHARACTERS))
            pair = (_CHARACTERS[high] + _CHARACTERS[low])[-width:]
            yield "0" * start + pair + "0" * (length - start - width)


def _drawn(content: str, mask: int) -> tuple[int, int]:
    mode = "alphanumeric" if set(content) <= set(_CHARACTERS) else None
    code = segno.make_qr(content, error="q", mode=mode, mask=mask)
    modules = b"".join(map(bytes, code.matrix_iter(border=QUIET_ZONE)))
    return int(modules.translate(_DIGITS), 2), isqrt(len(modules))


def _png(modules: bytes, side: int) -> bytes:
    """A PNG in black and white."""
    again = (b"\2" + bytes(side)) * (_PIXELS - 1)  # filter "up": the difference from the line above
    rows = (modules[start : start + side] for start in range(0, len(modules), side))
    lines = b"".join(b"\0" + row + again for row in rows)
    header = struct.pack(">IIBBBBB", side * _PIXELS, side * _PIXELS, 1, 0, 0, 0, 0)
    # Higher levels hardly compress these few hundred bytes further; the ninth takes four times as
    # long.
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + checksum


_DIGITS = bytes.maketrans(b"\0\1", b"01")
_PIXELS_OF_DIGITS = bytes.maketrans(b"01", b"\xff\0")  # a dark module is black
