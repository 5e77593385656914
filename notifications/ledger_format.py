"""The ledger's text: a JSON array, one entry a line, each padded to leave room for changes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

Record = Mapping[str, object]
KEY = "pedido_id"
ERASED = "dados_apagados"

BEGIN, END = b"[", b"\n]\n"
_ROOM, _STEP = 32, 64  # bytes: the least padding, and the unit of an entry's length


class NotCanonical(ValueError):
    """The file is valid JSON perhaps, but not as we write it."""


def encoded(entry: object) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode()


def is_erased(record: bytes) -> bool:
    """Whether the order's personal data were erased."""
    return bool(json.loads(record).get(ERASED))


def padded(record: bytes, length: int) -> bytes:
    """The record with spaces before its last brace, `length` bytes in all."""
    return record[:-1] + b" " * (length - len(record)) + record[-1:]


def bare(record: bytes) -> bytes:
    """The record without its padding."""
    return record[:-1].rstrip(b" ") + record[-1:]


def roomy(record: bytes) -> bytes:
    """The record with room for another state or a corrected address."""
    return padded(record, -(-(len(record) + _ROOM) // _STEP) * _STEP)


def array(entries: Iterable[bytes]) -> Iterator[bytes]:
    """The whole file, in chunks."""
    yield BEGIN
    comma = b""
    for entry in entries:
        yield comma + b"\n" + entry
        comma = b","
    yield END


def key_of(entry: object) -> str | None:
    """The order of an entry; None for an entry of another program."""
    return str(entry[KEY]) if isinstance(entry, Mapping) and KEY in entry else None


def entries(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each entry's offset and bytes. Raises NotCanonical, and what reading raises."""
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
