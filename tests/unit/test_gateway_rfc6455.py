"""WebSocket frames (RFC 6455), in any pieces."""

import secrets

import pytest
from websockets.frames import Frame
from websockets.frames import Opcode as Kind
from websockets.protocol import Protocol, Side, State

from gateway import rfc6455
from gateway.rfc6455 import Opcode, Reader, Violation

MOST = 64 * 1_024


def masked(first: int, payload: bytes = b"") -> bytes:
    """A browser's frame, made by another implementation; `first` is its first byte."""
    frame = Frame(Kind(first & 0x0F), payload, fin=bool(first & 0x80))
    return frame.serialize(mask=True)


def read(*pieces: bytes) -> list[tuple[int, str | bytes]]:
    reader = Reader(MOST)
    return [found for piece in pieces for found in reader.feed(piece)]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 4_096, 65_536])
def test_a_message_is_parsed_whole_from_any_pieces(length: int) -> None:
    payload = secrets.token_bytes(length)
    said = masked(0x82, payload) + masked(0x81, "é".encode()) + masked(0x89, b"?")
    expected = [(Opcode.BINARY, payload), (Opcode.TEXT, "é"), (Opcode.PING, b"?")]
    assert read(said) == expected
    for size in (1 + length // 5_000, 7 + length // 5_000, 4_096):
        assert read(*(said[at : at + size] for at in range(0, len(said), size))) == expected


def test_fragments_make_one_message_and_a_ping_may_come_between_them() -> None:
    said = masked(0x01, b"\xc3") + masked(0x89) + masked(0x00) + masked(0x80, b"\xa9")
    fragment = (Opcode.CONTINUATION, b"")
    assert read(said) == [fragment, (Opcode.PING, b""), fragment, (Opcode.TEXT, "é")]


BREACHES = {
    "no mask": (b"\x81\x01a", 1002),
    "a reserved bit": (b"\xc2" + masked(0x82)[1:], 1002),
    "a reserved opcode": (bytes([0x83, 0x80]) + bytes(4), 1002),
    "a reserved control opcode": (bytes([0x8B, 0x80]) + bytes(4), 1002),
    "a fragment of nothing": (masked(0x80, b"a"), 1002),
    "a message within another": (masked(0x01, b"a") + masked(0x81, b"b"), 1002),
    "a long ping": (bytes([0x89, 0xFE, 0x00, 0x7E]), 1002),
    "a divided ping": (bytes([0x09, 0x80]) + bytes(4), 1002),
    "no UTF-8": (masked(0x81, b"\xff"), 1007),
    "one byte over": (bytes([0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1]), 1009),
    "the longest length": (bytes([0x82, 0xFF]) + b"\xff" * 8, 1009),
    "fragments that are too long": (masked(0x02, bytes(MOST)) + masked(0x80, b"a"), 1009),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_violation_has_its_close_code(breach: str) -> None:
    said, code = BREACHES[breach]
    with pytest.raises(Violation) as broken:
        read(said)
    assert broken.value.code == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"", 1005), (b"\x03\xe8", 1000), (b"\x03\xe9bye", 1001), (b"\x0f\xa0", 4000)],
)
def test_a_close_frame_has_its_code(payload: bytes, code: int) -> None:
    assert rfc6455.close_code(payload) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"\x03", 1002), (b"\x03\xed", 1002), (b"\0\1", 1002), (b"\3\xe8\xff", 1007)],
)
def test_a_close_frame_without_a_valid_code_or_text_is_a_violation(
    payload: bytes, code: int
) -> None:
    with pytest.raises(Violation) as broken:
        rfc6455.close_code(payload)
    assert broken.value.code == code


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_another_implementation_parses_our_frames(length: int) -> None:
    text = b"x" * length
    framed = rfc6455.frame(Opcode.TEXT, text)
    assert rfc6455.payload_of(framed) == text
    browser = Protocol(Side.CLIENT, state=State.OPEN, max_size=None)
    browser.receive_data(framed + rfc6455.close_frame(1012, "restart"))
    message, farewell = browser.events_received()
    assert isinstance(message, Frame)
    assert (message.opcode, bytes(message.data)) == (Kind.TEXT, text)
    assert isinstance(farewell, Frame)
    assert farewell.data[:2] == (1012).to_bytes(2, "big")
