"""A Redis that comes back empty, older or with something else sells nothing until an operator says so."""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import grpc
import pytest
import redis

import cinema_pb2 as pb
from booking.dataset import SCHEMA, Dataset, write_identity
from booking.dataset_files import DatasetFiles
from cinema.keys import PARTITIONS, partition_keys, session_keys
from tests.support.booking_desk import Customer, Desk, desk_settings, open_desk
from tests.support.hall import patient_client
from tests.support.ports import free_port
from tests.support.services import Booking, is_serving
from tests.support.waiting import eventually, wait_until
from tests.support.watching import watching

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
NOTICE_SECONDS = 10
BACK_SECONDS = 20
PAUSED = "As vendas estão pausadas. Voltam assim que o problema for resolvido."
ADOPT = "python booking_service_server.py --adopt-dataset"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose Redis may lose what it has."""
    with ExitStack() as stack:
        yield open_desk(stack, tmp_path)


def refusal(ask: Callable[[], object]) -> tuple[grpc.StatusCode, str] | None:
    try:
        ask()
    except grpc.RpcError as error:
        return error.code(), str(error.details())
    return None


def wait_until_refused(ask: Callable[[], object]) -> None:
    """As paused. A booking server that has just started says until then that it does not answer; it never sells."""

    def is_refused_as_paused() -> bool:
        found = refusal(ask)
        assert found is not None
        return found == (UNAVAILABLE, PAUSED)

    wait_until(is_refused_as_paused, NOTICE_SECONDS)


def wait_until_paused(desk: Desk) -> None:
    wait_until(lambda: not is_serving(desk.booking.address), NOTICE_SECONDS, "not serving")


def wait_until_selling(desk: Desk) -> None:
    wait_until(lambda: is_serving(desk.booking.address), BACK_SECONDS, "serving")


def errors(booking: Booking) -> list[str]:
    return [line for line in booking.log.splitlines() if " ERROR " in line]


def adopt(desk: Desk) -> str:
    """What the operator's command says."""
    done = adopting(desk.booking.env)
    assert done.returncode == 0, done.stderr
    return done.stderr


def adopting(settings: Mapping[str, str], *named: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "booking_service_server.py", "--adopt-dataset", *named],
        env=settings,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def identities(desk: Desk) -> set[str]:
    with desk.redis() as redis:
        return set(redis.mget([partition_keys(number).dataset for number in range(PARTITIONS)]))


def data_of(desk: Desk) -> Path:
    return desk.folder / "redis"


def lose_data(desk: Desk, copy: Path | None = None) -> None:
    """Redis is killed, and starts again with an older copy of its data, or with none."""
    desk.redis_server.kill()
    shutil.rmtree(data_of(desk))
    if copy:
        shutil.copytree(copy, data_of(desk))
    else:
        data_of(desk).mkdir()
    desk.redis_server.start()


def buy(customer: Customer, seat: str) -> str:
    assert customer.hold(seat).sucesso
    return str(customer.confirm(seat, key=f"key of {seat}").pedido_id)


# ------------------------------------------------------------------------------------------- flushed


def test_after_a_flush_nothing_is_sold_from_the_first_moment_on_and_one_line_says_what_to_do(
    desk: Desk,
) -> None:
    ana = desk.customer()
    buy(ana, "A05")
    ana.hold("A06")
    with desk.redis() as redis:
        redis.flushall()
        assert refusal(lambda: ana.hold("A05")) == (UNAVAILABLE, PAUSED)
        assert refusal(lambda: ana.confirm("A06", key="k")) == (UNAVAILABLE, PAUSED)
        wait_until_paused(desk)
        assert refusal(lambda: ana.hold("A05")) == (UNAVAILABLE, PAUSED)
        assert refusal(lambda: ana.release("A06")) == (UNAVAILABLE, PAUSED)
        assert redis.keys(f"{session_keys(ana.session).prefix}*") == []
    (line,) = errors(desk.booking)
    assert "Redis has lost dataset" in line
    assert ADOPT in line


def test_the_list_of_sessions_says_that_sales_are_paused_until_the_operator_says_so(
    desk: Desk,
) -> None:
    """Its numbers are those of a Redis that has lost what was sold."""

    def is_paused() -> bool:
        return bool(desk.stub.ListarSessoes(pb.Vazio()).vendas_pausadas)

    assert not is_paused()
    with desk.redis() as connection:
        connection.flushall()
    wait_until_paused(desk)
    assert is_paused()
    adopt(desk)
    wait_until_selling(desk)
    assert not is_paused()


def test_an_order_that_was_lost_is_not_called_unknown_before_the_operator_says_so(
    desk: Desk,
) -> None:
    """Its buyer has paid: the page is to wait and ask again, and its mail waits, too."""
    order_id = buy(desk.customer(), "A05")

    def look() -> object:
        return desk.stub.ObterPedido(pb.PedidoRequest(pedido_id=order_id))

    def schedule_its_mail() -> object:
        request = pb.AgendarEmailRequest(pedido_id=order_id, tipo="ingresso")
        return desk.stub.AgendarEmail(request)

    def look_at_several() -> object:
        return desk.stub.ObterPedidos(pb.PedidosRequest(pedido_ids=[order_id] * 2))

    unknown = grpc.StatusCode.NOT_FOUND, "Pedido não encontrado."

    with desk.redis() as redis:
        redis.flushall()
    assert refusal(look) == refusal(schedule_its_mail) == (UNAVAILABLE, PAUSED)
    wait_until_paused(desk)
    assert refusal(look) == refusal(schedule_its_mail) == (UNAVAILABLE, PAUSED)
    assert refusal(look_at_several) == (UNAVAILABLE, PAUSED)
    adopt(desk)
    wait_until_selling(desk)
    assert refusal(look) == refusal(schedule_its_mail) == unknown
    assert desk.stub.ObterPedidos(pb.PedidosRequest(pedido_ids=[order_id])).pedidos == [pb.Pedido()]


async def test_who_watches_gets_the_flushed_map_at_once_and_hears_that_sales_are_paused(
    desk: Desk,
) -> None:
    ana = desk.customer()
    for seat in ("A05", "A06"):
        ana.hold(seat)
    async with watching(desk.booking.address, ana.session) as watcher:
        assert (watcher.version, watcher.paused) == (2, False)
        with desk.redis() as redis:
            redis.flushall()
        await watcher.wait_for_pause(paused=True)
        await watcher.wait_for_seats({})
        assert watcher.version == 0
        async with watching(desk.booking.address, ana.session) as another:
            assert (another.version, another.paused) == (0, True)
        adopt(desk)
        await watcher.wait_for_pause(paused=False)
        ana.hold("B01")
        await watcher.wait_for_seats({"B01": "BLOQUEADO_TEMP"})
        assert watcher.version == 1


async def test_who_watches_a_session_that_counts_from_below_again_gets_a_new_snapshot(
    desk: Desk,
) -> None:
    """Without any sign but the versions: a session's keys were deleted by hand."""
    ana = desk.customer()
    for seat in ("A05", "A06", "A07"):
        ana.hold(seat)
    async with watching(desk.booking.address, ana.session) as watcher:
        with desk.redis() as redis:
            redis.delete(*redis.keys(f"{session_keys(ana.session).prefix}*"))
        desk.customer(ana.session).hold("B01")
        await watcher.wait_for_seats({"B01": "BLOQUEADO_TEMP"})
        assert (watcher.version, watcher.snapshots) == (1, 2)


def test_the_flush_is_noticed_also_where_the_secrets_went_with_the_data(desk: Desk) -> None:
    # Renamed at once: booking writes a file into the folder every second.
    (desk.folder / "secrets").rename(desk.folder / "gone")
    wait_until(lambda: any((desk.folder / "secrets").glob("dataset-*")), 5, "the file is back")
    (desk.folder / "secrets").rename(desk.folder / "gone-again")
    with desk.redis() as redis:
        redis.flushall()
    wait_until_paused(desk)


# ------------------------------------------------------------------------------- empty, older, partial


def test_a_redis_that_comes_back_empty_sells_nothing_until_it_is_adopted(desk: Desk) -> None:
    ana = desk.customer()
    buy(ana, "A05")
    lose_data(desk)
    wait_until(lambda: errors_about(desk, "came back empty"), BACK_SECONDS)
    assert refusal(lambda: ana.hold("A05")) == (UNAVAILABLE, PAUSED)
    assert "it has 0 orders" in adopt(desk)
    wait_until_selling(desk)
    assert ana.hold("A05").sucesso


def errors_about(desk: Desk, what: str) -> bool:
    return any(what in line for line in errors(desk.booking))


def test_a_redis_that_comes_back_older_sells_nothing_not_even_in_its_first_second(
    desk: Desk, tmp_path: Path
) -> None:
    ana, copy, newest = desk.customer(), tmp_path / "copy", tmp_path / "newest"
    buy(ana, "A05")
    shutil.copytree(data_of(desk), copy)
    order = buy(ana, "A06")
    shutil.copytree(data_of(desk), newest)
    lose_data(desk, copy)
    rival = desk.customer(ana.session)
    while not errors_about(desk, "older than it was"):
        assert refusal(lambda: rival.hold("A06"))
    assert refusal(lambda: rival.hold("A06")) == (UNAVAILABLE, PAUSED)
    lose_data(desk, newest)
    wait_until_selling(desk)
    assert ana.confirm("A06", key="key of A06").pedido_id == order
    assert not rival.hold("A06").sucesso


def test_an_older_copy_is_noticed_after_booking_was_away_as_well(
    desk: Desk, tmp_path: Path
) -> None:
    ana, copy = desk.customer(), tmp_path / "copy"
    buy(ana, "A05")
    shutil.copytree(data_of(desk), copy)
    buy(ana, "A06")
    seen = next((desk.folder / "secrets").glob("dataset-*.seen"))
    last = last_event(desk, ana.session)
    wait_until(lambda: last in seen.read_text(), 5, "the sale is remembered")
    desk.booking.terminate()
    lose_data(desk, copy)
    desk.booking.launch()
    wait_until(lambda: errors_about(desk, "older than it was"), BACK_SECONDS)
    rival = desk.customer(ana.session)
    wait_until_refused(lambda: rival.hold("A06"))
    before = identities(desk)
    assert "it has 1 orders" in adopt(desk)
    assert not before & identities(desk)
    wait_until_selling(desk)
    assert rival.hold("A06").sucesso


def last_event(desk: Desk, session: str) -> str:
    with desk.redis() as redis:
        return str(redis.xrevrange(session_keys(session).partition.events, count=1)[0][0])


def test_a_hold_that_is_due_in_an_older_copy_does_not_make_it_seem_new(tmp_path: Path) -> None:
    """Freeing it would append an event that is younger than what was lost."""
    with ExitStack() as stack:
        desk = open_desk(stack, tmp_path, HOLD_SECONDS="0.5")
        ana, copy = desk.customer(), tmp_path / "copy"
        ana.hold("A05")
        shutil.copytree(data_of(desk), copy)
        wait_until(lambda: desk.states(ana.session) == {}, 5, "the hold has ended")
        buy(ana, "A06")
        lose_data(desk, copy)
        wait_until(lambda: errors_about(desk, "older than it was"), BACK_SECONDS)
        wait_until(lambda: refusal(lambda: desk.states(ana.session)) is None, NOTICE_SECONDS)
        assert desk.states(ana.session).keys() == {"A05"}


def test_a_restart_with_all_its_data_alarms_nobody(desk: Desk) -> None:
    ana = desk.customer()
    order = buy(ana, "A05")
    with desk.redis() as redis:
        redis.bgrewriteaof()
    desk.redis_server.kill()
    desk.redis_server.start()
    wait_until_selling(desk)
    desk.booking.terminate()
    desk.booking.start()
    assert ana.confirm("A05", key="key of A05").pedido_id == order
    assert not errors_about(desk, "dataset")


def test_a_part_that_is_lost_pauses_the_whole_and_comes_back_with_it(desk: Desk) -> None:
    key = partition_keys(17).dataset
    with desk.redis() as redis:
        kept = redis.getdel(key)
        wait_until_paused(desk)
        assert errors_about(desk, f"in 1 of {PARTITIONS} partitions")
        assert refusal(lambda: desk.customer().hold("A05")) == (UNAVAILABLE, PAUSED)
        redis.set(key, kept)
    wait_until_selling(desk)


# --------------------------------------------------------------------------------- adopting, first start


def test_adopting_says_what_is_there_and_may_be_repeated(desk: Desk) -> None:
    ana = desk.customer()
    buy(ana, "A05")
    buy(desk.customer(), "A05")
    before = identities(desk)
    said = {re.sub(r"^\S+", "", adopt(desk)) for _ in range(2)}
    assert len(said) == 1
    assert "it has 2 orders, and 2 sessions that were sold from" in said.pop()
    assert identities(desk) == before
    assert is_serving(desk.booking.address)
    assert desk.customer().hold("A05").sucesso


def test_adopting_needs_a_redis_that_answers_and_names_the_one_that_does_not(desk: Desk) -> None:
    desk.redis_server.kill()
    done = adopting(desk.booking.env)
    assert done.returncode == 1
    assert "cannot start: Redis does not answer" in done.stderr
    assert f"It was {desk.redis_server.url[8:]}" in done.stderr
    assert "deploy.command" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("there", "what"),
    [
        ({}, "no dataset, 0 orders, 0 keys in all"),
        ({"somebody": "else's"}, "no dataset, 0 orders, 1 keys in all"),
        ({partition_keys(3).dataset: "1:part"}, "a part of a dataset, 0 orders, 1 keys in all"),
        (
            {partition_keys(number).dataset: "1:theirs" for number in range(PARTITIONS)},
            "dataset 1:theirs, 0 orders, 64 keys in all",
        ),
    ],
)
def test_a_redis_that_no_file_knows_is_not_adopted_by_mistake(
    desk: Desk, there: dict[str, str], what: str
) -> None:
    """The usual mistake: the command is given without the settings of the booking server that lost its data."""
    wrong = desk.redis_server.url.replace("/0", "/1")
    with redis.Redis.from_url(wrong, decode_responses=True) as connection:
        for key, value in there.items():
            connection.set(key, value)
        done = adopting({**desk.booking.env, "REDIS_URL": wrong})
        assert {key: connection.get(key) for key in connection.keys("*")} == there
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    secrets = desk.folder / "secrets"
    known = next(secrets.glob("dataset-*-0")).name
    assert f"Redis {wrong[8:]} is not adopted" in line
    assert f"no file in {secrets} knows it (known: {known})" in line
    assert what in line
    assert all(way in line for way in ("(make run)", "(compose)", "REDIS_URL", "SECRETS_DIR"))
    assert [file.name for file in secrets.glob(f"{known[:-2]}-1*")] == []
    assert is_serving(desk.booking.address)


def test_a_redis_that_no_file_knows_is_adopted_by_its_name(desk: Desk, tmp_path: Path) -> None:
    """The files were lost together with a part of the data: nothing else would go on with the rest."""
    elsewhere = {**desk.booking.env, "SECRETS_DIR": str(tmp_path / "elsewhere")}
    with desk.redis() as connection:
        connection.delete(partition_keys(17).dataset)
    name = desk.redis_server.url[8:]
    assert f"name it: {ADOPT[7:]} {name}" in adopting(elsewhere).stderr
    done = adopting(elsewhere, name)
    assert done.returncode == 0, done.stderr
    assert f"in Redis {name} is sold from" in done.stderr
    assert len(identities(desk)) == 1


def test_a_redis_that_is_not_the_one_that_was_named_is_not_adopted(desk: Desk) -> None:
    with desk.redis() as connection:
        connection.flushall()
        done = adopting(desk.booking.env, "127.0.0.1:1/0")
        assert done.returncode == 1
        assert f"but the settings name Redis {desk.redis_server.url[8:]}" in done.stderr
        assert connection.get(partition_keys(0).dataset) is None


@pytest.mark.parametrize("shared", [True, False])
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


def settings_of(desk: Desk) -> dict[str, str]:
    return desk_settings(desk.folder, desk.redis_server)


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
