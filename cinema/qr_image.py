"""The QR code of a ticket as a PNG, put together from pictures that were drawn once.

Each module of a code is a sum modulo 2 of its content's bits: they are among the modules
themselves, those of the error correction (Reed-Solomon) are linear in them, and the mask is added
last. So a code is the exclusive or of a blank one and one picture for each bit that is set. To draw
one costs 30 times as much, and one with each mask 250 times.
"""

import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache
from math import isqrt

import segno

from cinema.qr_mask import QUIET_ZONE, penalty

_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # ISO/IEC 18004, alphanumeric mode
_BITS = {1: 6, 2: 11}  # of so many characters
_MASKS = range(8)
_LENGTHS = 8  # of contents, to keep pictures for
_KEPT = 64  # codes: a mail shows each of its own twice
_PIXELS = (
    8  # a module, which is a byte: sharp on a phone's screen at the size that the mail gives it
)


def qr_png(content: str) -> bytes:
    """A quarter of it may be missing (error correction Q)."""
    return _png(*qr_pixels(content))


def qr_pixels(content: str) -> tuple[bytes, int]:
    """A byte a module: 0 is dark, 255 light; and its side."""
    code, side = qr_code_of(content)
    return f"{code:0{side * side}b}".encode().translate(_PIXELS_OF_DIGITS), side


@lru_cache(maxsize=_KEPT)
def qr_code_of(content: str) -> tuple[int, int]:
    """A bit a module, the first one the highest, dark ones set, with the most even mask; and its
    side."""
    codes, side = qr_codes(content)
    return min(codes, key=lambda code: penalty(code, side)), side


def qr_codes(content: str) -> tuple[list[int], int]:
    """The content's code with each of the eight masks, as `qr_mask` has it, and its side with
    both quiet zones."""
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
    """As alphanumeric mode writes them, each pair's lowest first."""
    for start in range(0, len(content), 2):
        pair = content[start : start + 2]
        number = 0
        for character in pair:
            number = number * len(_CHARACTERS) + _CHARACTERS.index(character)
        yield from (number >> place & 1 for place in range(_BITS[len(pair)]))


@lru_cache(maxsize=_LENGTHS)
def _pictures(length: int) -> tuple[list[int], list[int], int]:
    """The codes of nothing but zeros, what each bit changes in them, and their side."""
    zeros = "0" * length
    blanks = [_drawn(zeros, mask)[0] for mask in _MASKS]
    blank, side = _drawn(zeros, _MASKS[0])
    pictures = [_drawn(one, _MASKS[0])[0] ^ blank for one in _contents_of_one_bit(length)]
    return blanks, pictures, side


def _contents_of_one_bit(length: int) -> Iterator[str]:
    """In the order of `_bits`. Two characters can be each power of two that they have bits for."""
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
    """Black and white, a bit a pixel."""
    again = (b"\2" + bytes(side)) * (_PIXELS - 1)  # filter "up": what differs from the line above
    rows = (modules[start : start + side] for start in range(0, len(modules), side))
    lines = b"".join(b"\0" + row + again for row in rows)
    header = struct.pack(">IIBBBBB", side * _PIXELS, side * _PIXELS, 1, 0, 0, 0, 0)
    # No level makes these few hundred bytes much smaller; the ninth takes four times as long.
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + checksum


_DIGITS = bytes.maketrans(b"\0\1", b"01")
_PIXELS_OF_DIGITS = bytes.maketrans(b"01", b"\xff\0")  # a dark module is black
