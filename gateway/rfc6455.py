"""WebSocket frames as bytes (RFC 6455): the server's side, without extensions.

A broadcast is framed once.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum

from websockets.frames import CloseCode

_FINAL, _RESERVED, _CONTROL, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x08, 0x0F, 0x80, 0x7F
_MOST_IN_CONTROL_FRAME = 125
# The close codes that a peer may send: RFC 6455, 7.4, and IANA's registry.
_PEERS_CODES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})


class Opcode(IntEnum):
    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_CONTINUATION, _TEXT = 0, 1  # plain numbers: an enum's member costs five times as much
_MESSAGES, _CONTROLS = frozenset({1, 2}), frozenset({8, 9, 10})


class Violation(Exception):
    """The peer violates the protocol. `code` is the close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """A whole message or control frame, unmasked, as a server sends it."""
    first, length = _FINAL | opcode, len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 65_536:
        return struct.pack("!BBH", first, 126, length) + payload
    return struct.pack("!BBQ", first, 127, length) + payload


def payload_of(framed: bytes) -> bytes:
    """The payload that `frame` was called with."""
    return framed[{126: 4, 127: 10}.get(framed[1], 2) :]


def close_frame(code: int, reason: str = "") -> bytes:
    return frame(
        Opcode.CLOSE,
        b"" if code == CloseCode.NO_STATUS_RCVD else struct.pack("!H", code) + reason.encode(),
    )


def close_code(payload: bytes) -> int:
    """The code in a peer's close frame; CloseCode.NO_STATUS_RCVD if there is none.

    Raises Violation.
    """
    if not payload:
        return CloseCode.NO_STATUS_RCVD
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or code not in _PEERS_CODES:
        raise Violation(CloseCode.PROTOCOL_ERROR, "no close code")
    _text(payload[2:])
    return code


class Reader:
    """Parses messages of at most `most` bytes."""

    __slots__ = ("_kind", "_most", "_parts", "_rest")

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest: bytes | bytearray = b""  # of an incomplete frame
        self._kind: int | None = None  # opcode of a fragmented message
        self._parts = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, str | bytes]]:
        """Yields control frames and whole messages, a text as str; CONTINUATION for a fragment
        before the last.

        Raises Violation. Iterate to the end: else the same frames are parsed again with the next
        bytes.
        """
        buffer: bytes | bytearray = data
        if self._rest:
            buffer = bytearray(self._rest)
            buffer += data
        at = 0
        while (found := self._parse_frame(buffer, at)) is not None:
            first, payload, at = found
            yield self._message(first, payload)
        self._rest = buffer[at:]

    def _parse_frame(self, buffer: bytes | bytearray, at: int) -> tuple[int, bytes, int] | None:
        """The first byte, the payload and the end of the frame at `at`; None while it is
        incomplete."""
        key = at + 2
        if len(buffer) < key:
            return None
        first, second = buffer[at], buffer[at + 1]
        if first & _RESERVED or not second & _MASKED:
            raise Violation(CloseCode.PROTOCOL_ERROR, "a reserved bit, or no mask")
        length = second & _LENGTH
        if first & _CONTROL and not (first & _FINAL and length <= _MOST_IN_CONTROL_FRAME):
            raise Violation(CloseCode.PROTOCOL_ERROR, "a long or divided control frame")
        if length > _MOST_IN_CONTROL_FRAME:
            size = 2 if length == 126 else 8
            if len(buffer) < key + size:
                return None
            length, key = int.from_bytes(buffer[key : key + size], "big"), key + size
        if length + len(self._parts) > self._most:
            raise Violation(CloseCode.MESSAGE_TOO_BIG, "a message over the limit")
        begin = key + 4
        end = begin + length
        if len(buffer) < end:
            return None
        return first, _unmasked(buffer[begin:end], buffer[key:begin], length), end

    def _message(self, first: int, payload: bytes) -> tuple[int, str | bytes]:
        opcode = first & _OPCODE
        if opcode in _CONTROLS:
            return opcode, payload
        if self._kind is None and opcode in _MESSAGES and first & _FINAL:
            return opcode, _text(payload) if opcode == _TEXT else payload
        return self._add_fragment(opcode, payload, is_last=bool(first & _FINAL))

    def _add_fragment(
        self, opcode: int, payload: bytes, *, is_last: bool
    ) -> tuple[int, str | bytes]:
        begins = self._kind is None
        if opcode not in (_MESSAGES if begins else (_CONTINUATION,)):
            raise Violation(
                CloseCode.PROTOCOL_ERROR, "an unknown opcode, or a fragment out of turn"
            )
        kind = opcode if self._kind is None else self._kind
        whole = self._parts + payload
        self._kind, self._parts = (None, b"") if is_last else (kind, whole)
        if not is_last:
            return _CONTINUATION, b""
        return kind, _text(whole) if kind == _TEXT else whole


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Violation(CloseCode.INVALID_DATA, "text that is not UTF-8") from None


def _unmasked(payload: bytes | bytearray, key: bytes | bytearray, length: int) -> bytes:
    mask = bytes(key * (length // 4 + 1))[:length]
    return (_number(payload, "big") ^ _number(mask, "big")).to_bytes(length, "big")


_number = int.from_bytes
