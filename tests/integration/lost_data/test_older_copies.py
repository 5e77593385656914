"""A Redis that comes back empty, older or in part sells nothing until an operator adopts it."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from cinema.keys import PARTITIONS, partition_keys, session_keys
from tests.integration.lost_data.conftest import (
    BACK_SECONDS,
    NOTICE_SECONDS,
    PAUSED,
    UNAVAILABLE,
    adopt,
    buy,
    data_of,
    errors_about,
    identities,
    lose_data,
    refusal,
    wait_until_paused,
    wait_until_refused,
    wait_until_selling,
)
from tests.support.booking_desk import Desk, open_desk
from tests.support.waiting import wait_until


def test_a_redis_that_comes_back_empty_sells_nothing_until_it_is_adopted(desk: Desk) -> None:
    ana = desk.customer()
    buy(ana, "A05")
    lose_data(desk)
    wait_until(lambda: errors_about(desk, "came back empty"), BACK_SECONDS)
    assert refusal(lambda: ana.hold("A05")) == (UNAVAILABLE, PAUSED)
    assert "0 orders, 0 sessions" in adopt(desk)
    wait_until_selling(desk)
    assert ana.hold("A05").sucesso


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
    assert "1 orders, 1 sessions" in adopt(desk)
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
