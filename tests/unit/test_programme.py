"""The programme's file: what it may say, and how a new version is taken up."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time
from pathlib import Path

import pytest

from booking.programme import (
    Programme,
    ProgrammeError,
    SeatKind,
    load_programme,
    next_moment,
)
from booking.programme.file import ProgrammeFile
from cinema.local_time import SAO_PAULO
from tests.support.programmes import GOOD, changed
from tests.support.waiting import eventually

DEMO = Path(__file__).parents[2] / "programacao.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "programacao.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def with_text(file: Path, text: str | bytes) -> Programme:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_programme(file)


class TestGoodProgramme:
    def test_a_session_knows_its_film_its_room_and_its_prices(self, file: Path) -> None:
        session = load_programme(file).sessions["S1"]
        assert (session.film.title, session.film.duration_minutes) == ("O Agente Secreto", 158)
        assert (session.film.rating, session.room.name) == ("16", "Sala Azul")
        assert session.language == "legendado"
        assert session.price_of(SeatKind.PREMIUM) == 4400

    def test_the_cinema_may_have_a_name(self, file: Path) -> None:
        assert load_programme(file).cinema == ""
        assert with_text(file, f'cinema = "Cine Aurora"\n{GOOD}').cinema == "Cine Aurora"
        with pytest.raises(ProgrammeError, match="cinema"):
            with_text(file, f'cinema = ""\n{GOOD}')

    def test_a_kind_without_a_price_costs_what_an_ordinary_seat_costs(self, file: Path) -> None:
        session = load_programme(file).sessions["S1"]
        assert {session.price_of(kind) for kind in SeatKind} == {3200, 4400}
        assert session.price_of(SeatKind.CADEIRANTE) == 3200

    def test_the_lowest_price_is_that_of_a_seat_which_the_room_has(self, file: Path) -> None:
        both = "precos = { comum = 3200, premium = 4400 }"
        cheap_sofas = changed(both, "precos = { comum = 3200, premium = 4400, casal = 2900 }")
        assert with_text(file, cheap_sofas).sessions["S1"].lowest_price == 2900
        cheap_obese = changed('"B MO.__DD"', '"B M..__DD"').replace(
            both, "precos = { comum = 3200, obeso = 10 }"
        )
        assert with_text(file, cheap_obese).sessions["S1"].lowest_price == 3200

    def test_sessions_are_ordered_by_their_start(self, file: Path) -> None:
        assert list(load_programme(file).sessions) == ["S0", "S1"]

    def test_seats_count_from_one_along_the_row_and_gaps_do_not_count(self, file: Path) -> None:
        room = load_programme(file).sessions["S1"].room
        assert list(room.seats) == [f"A0{n}" for n in range(1, 7)] + [f"B0{n}" for n in range(1, 6)]
        gaps = [[place is None for place in row.places].count(True) for row in room.rows]
        assert gaps == [1, 2]
        assert room.rows[1].places[3] is None
        assert room.seats["A05"].kind is SeatKind.PREMIUM

    def test_rows_may_have_a_name_of_their_own(self, file: Path) -> None:
        balcony = changed(
            "fileiras = [", 'blocos = [{ nome = "Mezanino", desde = "B" }]\nfileiras = ['
        )
        rows = with_text(file, balcony).sessions["S1"].room.rows
        assert [row.block for row in rows] == ["", "Mezanino"]

    def test_every_mark_is_a_kind_of_seat(self, file: Path) -> None:
        seats = load_programme(file).sessions["S1"].room.seats
        assert {place.kind for place in seats.values()} == set(SeatKind)

    def test_a_dated_session_closes_at_its_start_in_sao_paulo(self, file: Path) -> None:
        session = load_programme(file).sessions["S1"]
        assert session.starts_at.isoformat() == "2026-12-13T17:45:00-03:00"
        assert session.closes_at_ms == 1_797_194_700_000

    def test_a_session_at_a_bare_time_is_always_ahead_and_never_closes(self, file: Path) -> None:
        text = changed("inicio = 2026-12-13T14:00:00", "inicio = 14:00:00")
        session = with_text(file, text).sessions["S0"]
        assert session.starts_at > datetime.now(SAO_PAULO)
        assert session.starts_at.time() == time(14)
        assert session.closes_at_ms == 0

    @pytest.mark.parametrize(
        ("now", "day"), [("17:44:59", 24), ("17:45:00", 25), ("17:45:01", 25), ("00:00:00", 24)]
    )
    def test_a_bare_time_means_the_next_time_the_clock_shows_it(self, now: str, day: int) -> None:
        moment = datetime.fromisoformat(f"2026-11-24T{now}").replace(tzinfo=SAO_PAULO)
        assert next_moment(time(17, 45), moment) == datetime(
            2026, 11, day, 17, 45, tzinfo=SAO_PAULO
        )

    def test_line_ends_and_the_byte_order_mark_of_windows_are_fine(self, file: Path) -> None:
        text = GOOD.replace("\n", "\r\n").encode("utf-8-sig")
        assert list(with_text(file, text).sessions) == ["S0", "S1"]


class TestDemonstration:
    def test_session_s001_is_in_a_room_of_the_contract(self) -> None:
        room = load_programme(DEMO).sessions["S001"].room
        assert [row.name for row in room.rows] == list("ABCDEFGHIJ")
        for row in room.rows:
            assert [place is None for place in row.places] == [False] * 14 + [True] + [False] * 6
        kinds = {seat: place.kind for seat, place in room.seats.items()}
        wheelchairs = [seat for seat, kind in kinds.items() if kind is SeatKind.CADEIRANTE]
        companions = [seat for seat, kind in kinds.items() if kind is SeatKind.ACOMPANHANTE]
        assert wheelchairs == ["A01", "A02", "A17", "A18"]
        assert companions == ["A03", "A04", "A16", "A19"]
        assert {seat[0] for seat, kind in kinds.items() if kind is SeatKind.PREMIUM} == {"I", "J"}

    def test_it_never_goes_stale(self) -> None:
        sessions = load_programme(DEMO).by_start()
        assert all(session.closes_at_ms == 0 for session in sessions)
        starts = [session.starts_at for session in sessions]
        assert starts == sorted(starts)

    def test_it_shows_several_films_in_rooms_of_different_shape(self) -> None:
        sessions = load_programme(DEMO).sessions.values()
        assert len({session.film.title for session in sessions}) == 4
        assert {len(session.room.seats) for session in sessions} == {82, 200, 388}
        assert all(SeatKind.CADEIRANTE in {p.kind for p in s.room.seats.values()} for s in sessions)


@asynccontextmanager
async def watched(path: Path) -> AsyncIterator[ProgrammeFile]:
    programme = ProgrammeFile(path, look_every=0.02)
    watching = asyncio.create_task(programme.watch())
    try:
        yield programme
        assert not watching.done()
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    write(fresh, text)
    fresh.replace(path)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def remove(path: Path) -> None:
    path.unlink()


CHEAPER = changed("comum = 3200", "comum = 1600")
BROKEN = changed("comum = 3200", "comum = -1")


class TestNewVersions:
    async def test_a_replaced_file_is_taken_up(self, file: Path) -> None:
        async with watched(file) as programme:
            replace(file, CHEAPER)
            await eventually(lambda: price(programme) == 1600)

    async def test_a_file_written_in_place_is_taken_up(self, file: Path) -> None:
        async with watched(file) as programme:
            write(file, CHEAPER)
            await eventually(lambda: price(programme) == 1600)

    async def test_a_bad_version_leaves_the_old_one_in_force_and_is_logged_once(
        self, file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with watched(file) as programme:
            old = programme.current
            replace(file, BROKEN)
            await eventually(lambda: refused(caplog.messages))
            assert programme.current is old
            replace(file, CHEAPER)
            await eventually(lambda: price(programme) == 1600)
        assert refused(caplog.messages) == [
            "the new programme is refused, the old one stays in force: "
            "programacao.toml, linha 22: precos.comum: não pode ser negativo"
        ]

    async def test_a_removed_file_leaves_the_old_version_in_force(
        self, file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with watched(file) as programme:
            remove(file)
            await eventually(lambda: refused(caplog.messages))
            assert price(programme) == 3200
            write(file, CHEAPER)
            await eventually(lambda: price(programme) == 1600)

    async def test_a_session_that_runs_keeps_the_version_it_was_given(self, file: Path) -> None:
        async with watched(file) as programme:
            before = programme.current.sessions["S1"]
            replace(file, CHEAPER)
            await eventually(lambda: price(programme) == 1600)
            assert before.price_of(SeatKind.COMUM) == 3200

    async def test_taking_up_a_version_is_logged(
        self, file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, logger="booking.programme.file")
        async with watched(file):
            replace(file, CHEAPER)
            await eventually(lambda: "took up a new programme" in caplog.text)

    def test_a_bad_file_at_the_start_is_an_error(self, file: Path) -> None:
        write(file, BROKEN)
        with pytest.raises(ProgrammeError, match="linha 22"):
            ProgrammeFile(file)


def price(programme: ProgrammeFile) -> int:
    return programme.current.sessions["S1"].price_of(SeatKind.COMUM)


def refused(messages: list[str]) -> list[str]:
    return [message for message in messages if "is refused" in message]
