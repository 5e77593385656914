"""The ledger's text: a JSON array with an entry a line, each with some room to change in."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

Record = Mapping[str, object]
KEY = "pedido_id"
ERASED = "dados_apagados"

BEGIN, END = b"[", b"\n]\n"
_ROOM, _STEP = 32, 64  # bytes: at least so many spaces, and a length that is a multiple


class NotCanonical(ValueError):
    """The file is not as we would have written it."""


def encoded(entry: object) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode()


def is_erased(record: bytes) -> bool:
    """Whether the record's order has no personal data any more, and says so."""
    return bool(json.loads(record).get(ERASED))


def padded(record: bytes, length: int) -> bytes:
    """The same record in so many bytes: spaces before its last brace."""
    return record[:-1] + b" " * (length - len(record)) + record[-1:]


def bare(record: bytes) -> bytes:
    """The record without its room."""
    return record[:-1].rstrip(b" ") + record[-1:]


def roomy(record: bytes) -> bytes:
    """The record with room for a state that changes and an address that is corrected."""
    return padded(record, -(-(len(record) + _ROOM) // _STEP) * _STEP)


def array(entries: Iterable[bytes]) -> Iterator[bytes]:
    """The whole file, in pieces."""
    yield BEGIN
    comma = b""
    for entry in entries:
        yield comma + b"\n" + entry
        comma = b","
    yield END


def key_of(entry: object) -> str | None:
    """The order of an entry; None for what another hand has put in."""
    return str(entry[KEY]) if isinstance(entry, Mapping) and KEY in entry else None


def entries(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each entry's place and bytes, one at a time. Raises NotCanonical, or what reading raises."""
    place, line = 2, file.readline()
    if line != b"[\n":
        raise NotCanonical
    line = file.readline()
    while line != b"]\n":
        following = file.readline()
        end = b"\n" if following == b"]\n" else b",\n"
        if not line.endswith(end):
            raise NotCanonical
        yield place, line[: -len(end)]
        place, line = place + len(line), following
    if file.read(1):
        raise NotCanonical
