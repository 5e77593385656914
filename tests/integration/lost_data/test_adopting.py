"""The operator's command: what it reports, and which Redis it refuses to adopt."""

import re
from pathlib import Path

import pytest
import redis

from cinema.keys import PARTITIONS, partition_keys
from tests.integration.lost_data.conftest import ADOPT, adopt, adopting, buy, identities
from tests.support.booking_desk import Desk
from tests.support.services import is_serving


def test_adopting_says_what_is_there_and_may_be_repeated(desk: Desk) -> None:
    ana = desk.customer()
    buy(ana, "A05")
    buy(desk.customer(), "A05")
    before = identities(desk)
    said = {re.sub(r"^\S+", "", adopt(desk)) for _ in range(2)}
    assert len(said) == 1
    assert "2 orders, 2 sessions with sales or holds" in said.pop()
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
        pytest.param(
            {"somebody": "else's"},
            "no dataset, 0 orders, 1 keys in all",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            {partition_keys(3).dataset: "1:part"},
            "a part of a dataset, 0 orders, 1 keys in all",
            marks=pytest.mark.nightly,
        ),
        (
            {partition_keys(number).dataset: "1:theirs" for number in range(PARTITIONS)},
            "dataset 1:theirs, 0 orders, 64 keys in all",
        ),
    ],
)
def test_a_redis_that_no_file_knows_is_not_adopted_by_mistake(
    desk: Desk, there: dict[str, str], what: str
) -> None:
    """The usual mistake: the command is given without the settings of the booking server that
    lost its data."""
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
    """The files were lost together with a part of the data: nothing else would go on with the
    rest."""
    elsewhere = {**desk.booking.env, "SECRETS_DIR": str(tmp_path / "elsewhere")}
    with desk.redis() as connection:
        connection.delete(partition_keys(17).dataset)
    name = desk.redis_server.url[8:]
    assert f"name it: {ADOPT[7:]} {name}" in adopting(elsewhere).stderr
    done = adopting(elsewhere, name)
    assert done.returncode == 0, done.stderr
    assert f"in Redis {name}: " in done.stderr
    assert len(identities(desk)) == 1


def test_a_redis_that_is_not_the_one_that_was_named_is_not_adopted(desk: Desk) -> None:
    with desk.redis() as connection:
        connection.flushall()
        done = adopting(desk.booking.env, "127.0.0.1:1/0")
        assert done.returncode == 1
        assert f"but the settings name Redis {desk.redis_server.url[8:]}" in done.stderr
        assert connection.get(partition_keys(0).dataset) is None
