"""The names of all keys in Redis.

All keys that one script touches carry the hash tag of the session's partition, `{pNN}`, so that
they are in one slot of a cluster. The number of partitions never changes: it decides where a
session is.
"""

import re
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

PARTITIONS = 64
EVENTS_KEPT = 1_000  # of each partition, at least: what the scripts leave in a stream of events
# For SCAN: a key for each order, and one for each session in which something happened.
ANY_ORDER = "{p[0-9][0-9]}:order:*"
ANY_SESSION = "{p[0-9][0-9]}:sessao:*:version"
_ORDER_ID = re.compile(r"([0-9]{2})-[0-9A-Za-z_-]{22}", re.ASCII)
_LOCK = re.compile(r"\{p\d{2}\}:sessao:(?P<session>[^:]+):assento:(?P<seat>[A-Z]{1,2}\d{2,3})")


class MalformedOrderId(ValueError):
    """The text cannot be an order's id."""


@dataclass(frozen=True)
class PartitionKeys:
    """Keys of which each partition has one: a relay or sweeper has a finite list to read."""

    due: str  # sorted set: "session:seat" by the hold's deadline in ms; the authority on expiry
    cooldowns: (
        str  # sorted set: "session:seat:tag" by the end of a buyer's or network's cool-down in ms
    )
    released: str  # hash: the same, of a seat that was given back -> since when it was held, in ms
    events: str  # stream: public events, one a transition
    outbox: str  # stream: notifications for Kafka, in order (cinema/notification.py)
    # Integer: writes with which the relay asked for a replica (notifications/replication.py).
    replica_probe: str
    dead_letters: str  # stream: outbox entries that could not be handled without Kafka; unbounded
    # Sorted set: orders with a mail to send, by when it is due in ms; the authority on mails.
    mails: str
    failed_mails: str  # sorted set: orders whose mail was given up or refused, by when in ms
    dataset: str  # string: "<schema version>:<id>" of the dataset; the same in every partition
    beat: str  # string: ms of the last beat; written every second, it shows how recent the data are


@dataclass(frozen=True)
class SessionKeys:
    """The keys that a session's transitions touch, its partition's included."""

    prefix: str
    version: str  # integer: transitions so far
    holds: str  # hash: seat -> JSON of the hold
    sold: str  # hash: seat -> JSON of the sale (booking/seat_records.py)
    buyers: str  # hash: buyer -> JSON of the buyer's token and counts
    half_price: str  # integer: half-price tickets sold under the quota
    order_keys: (
        str  # hash: digest of an order key -> its orders, 60 characters each (lua/confirm.lua)
    )
    partition: PartitionKeys

    def lock(self, seat: str) -> str:
        """String with an expiry, set with NX: the token of the hold."""
        return f"{self.prefix}:assento:{seat}"

    def locks(self, seats: Iterable[str]) -> list[str]:
        return [self.lock(seat) for seat in seats]


def partition_of(session_id: str) -> int:
    """A stable hash: the same on every machine and in every version of Python."""
    return zlib.crc32(session_id.encode()) % PARTITIONS


@cache
def partition_keys(partition: int) -> PartitionKeys:
    tag = _tag(partition)
    return PartitionKeys(
        due=f"{tag}:due",
        cooldowns=f"{tag}:cooldowns",
        released=f"{tag}:released",
        events=f"{tag}:events",
        outbox=f"{tag}:outbox",
        replica_probe=f"{tag}:replica-probe",
        dead_letters=f"{tag}:dead-letters",
        mails=f"{tag}:mails",
        failed_mails=f"{tag}:mails-failed",
        dataset=f"{tag}:dataset",
        beat=f"{tag}:beat",
    )


@lru_cache(maxsize=10_000)
def session_keys(session_id: str) -> SessionKeys:
    partition = partition_of(session_id)
    prefix = f"{_tag(partition)}:sessao:{session_id}"
    return SessionKeys(
        prefix=prefix,
        version=f"{prefix}:version",
        holds=f"{prefix}:holds",
        sold=f"{prefix}:sold",
        buyers=f"{prefix}:buyers",
        half_price=f"{prefix}:half-price",
        order_keys=f"{prefix}:order-keys",
        partition=partition_keys(partition),
    )


def parse_lock_key(key: str) -> tuple[str, str] | None:
    """The session and the seat of a lock's key; None for any other key."""
    match = _LOCK.fullmatch(key)
    return (match["session"], match["seat"]) if match else None


def parse_due_member(member: str) -> tuple[str, str]:
    """The session and the seat of a member of the due set."""
    session_id, _, seat = member.rpartition(":")
    return session_id, seat


def new_order_id(session_id: str) -> str:
    """Unguessable (128 bits). It carries its session's partition: the id alone finds the order."""
    return f"{partition_of(session_id):02d}-{secrets.token_urlsafe(16)}"


def order_id_in(session_id: str, sold_to: str) -> str:
    """The order id in a sale, which omits the partition; sales of an earlier version include it."""
    is_whole = _ORDER_ID.fullmatch(sold_to) is not None
    return sold_to if is_whole else f"{partition_of(session_id):02d}-{sold_to}"


def new_order_token() -> str:
    """Unguessable (128 bits).

    Hexadecimal: no mail program cuts a character off the end of a link.
    """
    return secrets.token_hex(16)


def order_key(order_id: str) -> str:
    """The hash of an order. Raises MalformedOrderId."""
    return f"{_tag(partition_of_order(order_id))}:order:{order_id}"


def partition_of_order(order_id: str) -> int:
    """The partition of its session. Raises MalformedOrderId."""
    match = _ORDER_ID.fullmatch(order_id)
    if match is None or int(match[1]) >= PARTITIONS:
        raise MalformedOrderId(order_id)
    return int(match[1])


def is_order_id(text: str) -> bool:
    try:
        partition_of_order(text)
    except MalformedOrderId:
        return False
    return True


def programme_key() -> str:
    """The text of the programme that was in force last."""
    return f"{_tag(0)}:programme"


def dropped_sessions_key() -> str:
    """Sorted set: sessions that left the programme, by when their films have ended, in ms."""
    return f"{_tag(0)}:dropped-sessions"


def order_id_of(key: str) -> str:
    """The order of a key that ANY_ORDER matches."""
    return key.rpartition(":")[2]


def mail_counts() -> tuple[str, str]:
    """Hashes: mails by order, mailbox and network in this window and the one before."""
    return f"{_tag(0)}:mail-counts", f"{_tag(0)}:mail-counts-before"


def session_of(key: str) -> str:
    """The session of a key that ANY_SESSION matches."""
    return key.removesuffix(":version").split(":", 2)[2]


def relay_lease_key() -> str:
    """Hash: the relay at work, and when its lease ends."""
    return f"{_tag(0)}:relay-lease"


def _tag(partition: int) -> str:
    return f"{{p{partition:02d}}}"
