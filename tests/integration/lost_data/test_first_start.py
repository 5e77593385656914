"""Booking servers that meet a Redis for the first time: one dataset, begun or taken as it is."""

import asyncio
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest

from booking.dataset import Dataset, write_identity
from booking.dataset_files import DatasetFiles
from cinema.dataset_schema import SCHEMA
from cinema.keys import PARTITIONS, partition_keys
from tests.integration.lost_data.conftest import (
    BACK_SECONDS,
    adopt,
    buy,
    errors,
    errors_about,
    identities,
    settings_of,
    wait_until_paused,
    wait_until_refused,
)
from tests.support.booking_desk import Desk
from tests.support.hall import patient_client
from tests.support.ports import free_port
from tests.support.services import Booking, is_serving
from tests.support.waiting import eventually, wait_until


@pytest.mark.parametrize("shared", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_booking_servers_that_start_together_begin_one_dataset(
    desk: Desk, tmp_path: Path, *, shared: bool
) -> None:
    desk.booking.terminate()
    for file in (desk.folder / "secrets").glob("dataset-*"):
        file.unlink()
    with desk.redis() as redis:
        redis.flushall()
    folders = [tmp_path / ("together" if shared else f"alone-{number}") for number in range(3)]
    with ExitStack() as stack:
        bookings = [Booking(folder, settings_of(desk)) for folder in folders]
        for booking in bookings:
            stack.callback(booking.kill)
            booking.launch()
        for booking in bookings:
            booking.start()
        assert [errors(booking) for booking in bookings] == [[], [], []]
    (identity,) = identities(desk)
    kept = {next((folder / "secrets").glob("dataset-*[0-9]")).read_text() for folder in folders}
    assert kept == {identity}


async def test_what_many_begin_at_the_same_moment_is_one_dataset(
    empty_redis_url: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        datasets = []
        for number in range(8):
            client = patient_client(empty_redis_url)
            stack.push_async_callback(client.aclose)
            files = DatasetFiles(tmp_path / str(number), empty_redis_url)
            datasets.append(Dataset(client, files, {}))
        problems = await asyncio.gather(*(one.check(replicated=False) for one in datasets))
        assert problems == [""] * 8
        assert len({one.expected for one in datasets}) == 1


async def test_a_dataset_that_another_server_is_about_to_complete_is_not_called_a_part(
    empty_redis_url: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        client = patient_client(empty_redis_url)
        stack.push_async_callback(client.aclose)

        async def looks() -> int:
            statistics = await client.info("commandstats")
            return int(statistics.get("cmdstat_xrevrange", {}).get("calls", 0))

        await client.set(partition_keys(0).dataset, f"{SCHEMA}:begun")
        before = await looks()
        checking = asyncio.create_task(
            Dataset(client, DatasetFiles(tmp_path, empty_redis_url), {}).check(replicated=False)
        )

        async def has_looked() -> bool:
            return await looks() >= before + PARTITIONS

        await eventually(has_looked)
        await write_identity(client, f"{SCHEMA}:begun", only_missing=True)
        assert await checking == ""


def test_a_second_server_on_another_machine_takes_the_dataset_as_it_is(
    desk: Desk, tmp_path: Path
) -> None:
    ana = desk.customer()
    buy(ana, "A05")
    before = identities(desk)
    with Booking(tmp_path / "elsewhere", settings_of(desk)) as second:
        assert "as Redis has it: this machine had not seen it before" in second.log
    assert identities(desk) == before


def test_another_database_is_another_dataset_and_not_a_lost_one(desk: Desk) -> None:
    other = {**settings_of(desk), "REDIS_URL": desk.redis_server.url.replace("/0", "/1")}
    with Booking(desk.folder, other) as second:
        assert "new" in second.log
        assert is_serving(desk.booking.address)


def test_a_dataset_of_a_later_version_is_refused_and_cannot_be_adopted(desk: Desk) -> None:
    desk.booking.terminate()
    for file in (desk.folder / "secrets").glob("dataset-*"):
        file.unlink()
    with desk.redis() as redis:
        for number in range(PARTITIONS):
            redis.set(partition_keys(number).dataset, f"{SCHEMA + 1}:later")
    desk.booking.launch()
    wait_until(lambda: errors_about(desk, f"has schema {SCHEMA + 1}"), BACK_SECONDS)
    ana = desk.customer()
    wait_until_refused(lambda: ana.hold("A05"))
    with pytest.raises(AssertionError, match=f"has schema {SCHEMA + 1}"):
        adopt(desk)


def test_a_part_of_a_dataset_that_nobody_knows_is_not_filled_in(desk: Desk, tmp_path: Path) -> None:
    with desk.redis() as redis:
        redis.delete(partition_keys(17).dataset)
        wait_until_paused(desk)
        with ExitStack() as stack:
            second = Booking(tmp_path / "elsewhere", settings_of(desk))
            stack.callback(second.kill)
            second.launch()
            wait_until(lambda: any("part of a dataset" in e for e in errors(second)), BACK_SECONDS)
        assert not redis.exists(partition_keys(17).dataset)


def test_a_folder_that_cannot_be_written_is_named(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    settings = {
        **settings_of(desk),
        "SECRETS_DIR": str(tmp_path / "a file"),
        "PERSON_SECRET": "known to all booking servers",
    }
    second = Booking(tmp_path / "elsewhere", {**settings, "BOOKING_PORT": str(free_port())})
    with ExitStack() as stack:
        stack.callback(second.kill)
        second.launch()
        wait_until(lambda: errors(second), BACK_SECONDS)
        assert "SECRETS_DIR must name a folder of booking's own" in errors(second)[0]
