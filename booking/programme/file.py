"""A programme's file: a new version takes effect without a restart, unless it is faulty or the
guard refuses it."""

import asyncio
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NoReturn, Protocol

from booking.programme import Programme, ProgrammeError, load_programme
from cinema.redis_connection import REDIS_ERRORS
from cinema.retry import brief

log = logging.getLogger(__name__)

Changed = Callable[[Collection[str]], None]
Version = tuple[int, int, int] | None


class ProgrammeNotCheckedError(Exception):
    """The service has just started: the programme is not yet compared with what is sold."""


class Guard(Protocol):
    """Knows what is sold. Every method raises one of REDIS_ERRORS if it cannot find out."""

    async def last(self, candidate: Programme) -> Programme | None:
        """The version that was in force last: the candidate, if it is the same. None: there was
        none."""

    async def refusals(self, before: Programme | None, after: Programme) -> list[str]:
        """Why `after` must not follow `before`, in Portuguese; empty: it may."""

    async def keep(self, before: Programme | None, programme: Programme) -> None:
        """From now on `programme` is the version that was in force last, instead of `before`."""


class ProgrammeFile:
    """The version in force.

    With a guard no version is in force before the first check. Then it is the file's version, or,
    if that contradicts sales, the version that was in force last, so that all other sessions are
    still sold. A refused version is checked again now and then: orders are cancelled, and holds
    end.
    """

    def __init__(
        self,
        path: Path,
        look_every: float = 1.0,
        guard: Guard | None = None,
        changed: Changed = lambda _session_ids: None,
    ) -> None:
        """Reads the file; `watch` checks it every `look_every` seconds. Raises ProgrammeError.

        Calls `changed` with the sessions whose buyers need a new map.
        """
        self._path = path
        self._look_every = look_every
        self._guard = guard
        self._changed = changed
        known = _version(path)  # before reading: a change meanwhile is a new version
        self._current: Programme | None = None
        self._candidate: Programme | None = load_programme(path)
        self._pictures = self._candidate.picture_files
        self._known = (known, *map(_version, self._pictures))
        self._complaint = ""
        if guard is None:
            self._put_in_force(self._candidate)
            self._candidate = None

    @property
    def is_checked(self) -> bool:
        return self._current is not None

    @property
    def current(self) -> Programme:
        """Raises ProgrammeNotCheckedError."""
        if self._current is None:
            raise ProgrammeNotCheckedError
        return self._current

    async def watch(self) -> NoReturn:
        """Puts each new valid version in force. Logs an invalid one once; the old one stays.

        A version counts once two checks have seen it, so that an editor that writes in place can
        finish.
        """
        seen = self._known
        while True:
            await self.check()
            await asyncio.sleep(self._look_every)
            latest = await asyncio.to_thread(self._versions)
            if latest == seen and latest != self._known:
                await self._load()
                self._known = latest = (latest[0], *map(_version, self._pictures))
            seen = latest

    async def check(self) -> None:
        """Puts the candidate in force, if there is one and it fits what is sold."""
        if self._candidate is not None:
            await self._consider(self._candidate)

    def _versions(self) -> tuple[Version, ...]:
        """The versions of the file and of the pictures that it names."""
        return tuple(map(_version, (self._path, *self._pictures)))

    async def _load(self) -> None:
        self._candidate, self._complaint = None, ""
        try:
            self._candidate = await asyncio.to_thread(load_programme, self._path)
            self._pictures = self._candidate.picture_files
        except ProgrammeError as error:
            log.error("the new programme is refused, the old one stays in force: %s", error)

    async def _consider(self, candidate: Programme) -> None:
        try:
            before = self._current
            if self._guard is not None and before is None:
                before = await self._guard.last(candidate)
            if await self._is_fit(before, candidate):
                if self._guard is not None:
                    await self._guard.keep(before, candidate)
                self._put_in_force(candidate)
                self._candidate = None
        except REDIS_ERRORS as error:
            self._complain(
                "the programme cannot be checked against what is sold",
                brief(error),
                logging.WARNING,
            )

    async def _is_fit(self, before: Programme | None, candidate: Programme) -> bool:
        if self._guard is None:
            return True
        refusals = "\n".join(await self._guard.refusals(before, candidate))
        if refusals and before is not None:
            self._complain("the new programme is refused, the old one stays in force", refusals)
            self._put_in_force(before)
            return False
        if refusals:
            # No other version is known: the operator must help those buyers, and the rest is sold.
            self._complain("the programme contradicts what is sold, no other is known", refusals)
        return True

    def _complain(self, what: str, why: str, level: int = logging.ERROR) -> None:
        """Logs a complaint once a version."""
        if what != self._complaint:
            log.log(level, "%s: %s", what, why)
        self._complaint = what

    def _put_in_force(self, programme: Programme) -> None:
        """Does nothing if it is in force already."""
        before, self._current = self._current, programme
        if programme is before:
            return
        for warning in programme.warnings:
            log.warning("%s", warning)
        if before is not None:
            log.info("took up a new programme, sessions: %s", " ".join(programme.sessions))
            self._changed(_changed_sessions(before, programme))


def _changed_sessions(before: Programme, after: Programme) -> set[str]:
    """The sessions that changed."""
    editions = [
        {(name, session.edition, session.change) for name, session in programme.sessions.items()}
        for programme in (before, after)
    ]
    return {name for name, *_ in editions[0] ^ editions[1]}


def _version(path: Path) -> Version:
    """Differs between versions, replaced or written in place. None: there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
