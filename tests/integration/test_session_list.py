"""The list of sessions says how many seats are left at this moment, and counts only where
something has happened."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from booking.programme import Session
from booking.programme.file import ProgrammeFile
from booking.session_list import SessionList
from tests.support.booking_desk import new_session, programme
from tests.support.hall import Hall, patient_client

SEATS = 42  # of each session's room
ROOM_OF_BEFORE = "Z01"  # a seat that the room no longer has


class Watched(SessionList):
    """Records which sessions were counted."""

    counted: Sequence[str] = ()

    async def _count(self, sessions: Sequence[Session]) -> list[int]:
        self.counted = [*self.counted, *(session.id for session in sessions)]
        return await super()._count(sessions)

    async def free(self) -> dict[str, int]:
        self.counted = ()
        return {one.sessao_id: one.livres for one in (await self.get()).sessoes}


@pytest.fixture
async def halls(redis_url: str) -> AsyncIterator[list[Hall]]:
    async with patient_client(redis_url) as client:
        yield [Hall(client, session=new_session()) for _ in range(3)]


def listed(halls: list[Hall], tmp_path: Path, **more: str) -> Watched:
    path = tmp_path / "programacao.toml"
    path.write_text(programme([hall.session for hall in halls], **more))
    return Watched(halls[0].redis, ProgrammeFile(path))


async def test_every_change_is_counted_at_once_and_nothing_else(
    halls: list[Hall], tmp_path: Path
) -> None:
    sessions = listed(halls, tmp_path)
    first, second, third = (hall.session for hall in halls)
    assert await sessions.free() == dict.fromkeys((first, second, third), SEATS)
    assert sorted(sessions.counted) == sorted((first, second, third))
    assert await sessions.get() is await sessions.get()
    ana = halls[0].buyer()
    await ana.hold("A01", "A02")
    assert (await sessions.free())[first] == SEATS - 2
    assert first in sessions.counted
    order = (await ana.confirm("A01", "A02")).order_id
    assert (await sessions.free())[first] == SEATS - 2
    await ana.cancel(order, "A01", "A02")
    assert await sessions.free() == dict.fromkeys((first, second, third), SEATS)
    assert await sessions.free()
    assert sessions.counted == ()


async def test_of_a_changed_room_only_seats_that_it_has_are_counted(
    halls: list[Hall], tmp_path: Path
) -> None:
    sessions = listed(halls, tmp_path, alterada="A sala perdeu uma fileira.")
    await halls[1].buyer().hold("A01", ROOM_OF_BEFORE)
    assert (await sessions.free())[halls[1].session] == SEATS - 1


async def test_a_session_that_has_begun_is_closed_although_nothing_happened_in_it(
    halls: list[Hall], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = listed(halls, tmp_path)
    before = (await sessions.get()).sessoes[0]
    monkeypatch.setattr("booking.session_list.now_ms", lambda: before.inicio_ms)
    assert (before.encerrada, (await sessions.get()).sessoes[0].encerrada) == (False, True)
