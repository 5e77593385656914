"""QR codes that are put together from prepared pictures."""

import random
import struct
import zlib

import pytest
import segno
from segno.encoder import evaluate_mask

from cinema.order_code import order_code
from cinema.qr_image import qr_codes, qr_png
from cinema.qr_mask import QUIET_ZONE, penalty

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FINDER = 40  # what one more pattern costs that looks like a finder's


def contents(number: int) -> list[str]:
    chosen = random.Random(20_261_213)
    return [
        f"{order_code(str(place))}-{''.join(chosen.choices(CHARACTERS[10:36], k=place % 3 + 1))}"
        f"{place % 60 + 1:02d}"
        for place in range(number)
    ]


def drawn(content: str, mask: int) -> segno.QRCode:
    return segno.make_qr(content, error="q", mask=mask)


def modules(code: segno.QRCode) -> int:
    rows = [list(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    return int("".join(str(int(module)) for row in rows for module in row), 2)


@pytest.mark.parametrize("content", [*contents(8), "A", "A-", "F07-Z", "fila ã, 7"])
def test_each_mask_gives_the_code_that_is_drawn_with_it(content: str) -> None:
    codes, _ = qr_codes(content)
    assert codes == [modules(drawn(content, mask)) for mask in range(8)]


def test_the_penalty_of_a_mask_is_the_standards() -> None:
    for content in contents(10):
        codes, side = qr_codes(content)
        for mask, code in enumerate(codes):
            matrix = [bytearray(row) for row in drawn(content, mask).matrix]
            expected = evaluate_mask(matrix, len(matrix), len(matrix))  # type: ignore[no-untyped-call]
            # segno goes on behind a finder's pattern, and so misses one that shares modules with
            # it.
            assert penalty(code, side) - expected in (0, FINDER)


def test_a_picture_is_the_code_with_the_least_penalty() -> None:
    for content in contents(10):
        codes, side = qr_codes(content)
        best = min(codes, key=lambda code: penalty(code, side))
        assert pixels(qr_png(content)) == (8 * side, best)


def pixels(png: bytes) -> tuple[int, int]:
    """The width, and the module at the upper left of each eight by eight pixels; all 64 are
    alike."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, place = dict[bytes, bytes](), 8
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        kind, content = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", png, place + 8 + length)
        assert checksum == zlib.crc32(kind + content)
        chunks[kind], place = content, place + 12 + length
    width, height, depth, colours = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (width, depth, colours) == (height, 1, 0)
    return width, _code(lines(zlib.decompress(chunks[b"IDAT"]), width // 8))


def lines(data: bytes, length: int) -> list[bytes]:
    """Without their filters: none, or "up"."""
    found, above = list[bytes](), bytes(length)
    for start in range(0, len(data), length + 1):
        line = data[start + 1 : start + 1 + length]
        if data[start] == 2:
            line = bytes((a + b) % 256 for a, b in zip(line, above, strict=True))
        above = line
        found.append(line)
    return found


def _code(rows: list[bytes]) -> int:
    assert all(len(set(rows[start : start + 8])) == 1 for start in range(0, len(rows), 8))
    modules = b"".join(rows[::8])
    assert set(modules) <= {0, 255}
    return int("".join("0" if module else "1" for module in modules), 2)
