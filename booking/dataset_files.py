"""The files that remember a dataset beside the secrets, so that its loss is noticed.

Two files for each Redis, named after its host, port and database: the dataset's identity, written
once, and its marks (how far its data had got), written every second.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from redis.asyncio.connection import parse_url

from cinema.redis_url import sentinel_url
from cinema.streams import parse_entry_id

_ODD = re.compile(r"[^A-Za-z0-9.-]+")


class DatasetFileFault(Exception):
    """The file cannot be read or written; the text names it and says how to repair it."""


@dataclass(frozen=True)
class Marks:
    """How far a dataset has got: the id of the last event by its stream's key, and each beat in ms
    by its key."""

    events: Mapping[str, str] = field(default_factory=dict)
    beats: Mapping[str, int] = field(default_factory=dict)
    replicated: bool = False  # a replica may succeed its master

    def raised(self, events: Mapping[str, str]) -> "Marks":
        """With these events where they are younger."""
        newest = {
            stream: max(self.events.get(stream, event), event, key=parse_entry_id)
            for stream, event in events.items()
        }
        return Marks({**self.events, **newest}, self.beats, self.replicated)


class DatasetFiles:
    """For one Redis. Several booking servers may share the folder. Every method raises
    DatasetFileFault."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        host, port, database = _place(redis_url)
        name = _ODD.sub("_", "-".join(filter(None, (host, port, database))))
        self.redis = f"{host}{port and f':{port}'}/{database}"  # for people
        self.folder = folder
        self._identity = folder / f"dataset-{name}"
        self._marks = folder / f"dataset-{name}.seen"

    @property
    def know_redis(self) -> bool:
        """Whether a booking server with this folder has sold from this Redis, or begun to."""
        try:
            return self._identity.exists()
        except OSError as error:
            raise _unusable(self._identity, error) from None

    def all_known(self) -> list[str]:
        """The names of the folder's files, one for each Redis that is known."""
        names = (file.name for file in self.folder.glob("dataset-*"))
        return sorted(name for name in names if not name.endswith(".seen"))

    def identity(self) -> str:
        """Empty if no dataset of this Redis is known."""
        try:
            text = self._identity.read_text(errors="replace").strip()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise _unusable(self._identity, error) from None
        if not text:
            raise DatasetFileFault(f"{self._identity} is empty, but should name a dataset")
        return text

    def keep_identity(self, identity: str) -> None:
        _replace(self._identity, identity, durable=True)

    def marks(self, identity: str) -> Marks:
        """Empty if the file is of another dataset, or if a power cut destroyed it."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            kept = json.loads(self._marks.read_text())
            if kept.pop("dataset") == identity:
                return Marks(**kept)
        return Marks()

    def keep_marks(self, identity: str, marks: Marks) -> None:
        _replace(self._marks, json.dumps({"dataset": identity, **asdict(marks)}), durable=False)


def _place(redis_url: str) -> tuple[str, str, str]:
    """Host, port and database; a Unix socket has a path and no port.

    Sentinel's master is known by its service, whichever server it is and whichever Sentinels know
    it.
    """
    if sentinel := sentinel_url(redis_url):
        return "sentinel", sentinel.service, str(sentinel.server.get("db", 0))
    parts = parse_url(redis_url)
    database = str(parts.get("db", 0))
    if "path" in parts:
        return parts["path"], "", database
    return parts.get("host", "localhost"), str(parts.get("port", 6379)), database


@cache
def _process_name() -> str:
    """Not the process id: containers that share the folder have the same ids."""
    return secrets.token_hex(4)


def _replace(path: Path, text: str, *, durable: bool) -> None:
    """By rename, so nobody reads half a file. Only its owner can read it."""
    mine = path.with_name(f".{path.name}-{_process_name()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        mine.replace(path)
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: Path, error: OSError) -> DatasetFileFault:
    return DatasetFileFault(
        f"{path} cannot be used ({error.strerror}): SECRETS_DIR must name a folder of booking's own"
    )
