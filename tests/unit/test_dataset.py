"""What counts as lost data, and what is remembered of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from booking.dataset import TOLERATED_MS, Found, loss, new_identity
from booking.dataset_files import DatasetFileFault, DatasetFiles, Marks
from cinema.dataset_schema import SCHEMA
from cinema.keys import PARTITIONS

OURS = f"{SCHEMA}:ours"
EVENTS = {"{p00}:events": "1000-1", "{p17}:events": "5000-0"}
KNOWN = Marks(EVENTS, {"{p00}:beat": 5_000})
REDIS = "redis://127.0.0.1:6379/0"


def found(identity: str = OURS, marks: Marks = KNOWN) -> Found:
    return Found([identity] * PARTITIONS, marks)


def test_what_is_where_it_was_or_further_is_whole() -> None:
    further = Marks({**EVENTS, "{p17}:events": "5000-1"}, {"{p00}:beat": 6_000})
    for marks in (KNOWN, further):
        assert loss(OURS, KNOWN, found(marks=marks)) == ""


@pytest.mark.parametrize(
    ("there", "what"),
    [
        (found(""), "flushed or came back empty"),
        (found(f"{SCHEMA}:theirs"), f"has dataset {SCHEMA}:theirs instead of {OURS}"),
        (Found([OURS] * 63 + [""], KNOWN), "in 1 of 64 partitions"),
        (Found([OURS] * 63 + [f"{SCHEMA}:theirs"], KNOWN), "in 1 of 64 partitions"),
        (found("nonsense"), "has dataset nonsense instead"),
        (found(marks=replace(KNOWN, events={**EVENTS, "{p17}:events": "4999-7"})), "older"),
        (found(marks=replace(KNOWN, events={**EVENTS, "{p00}:events": "1000-0"})), "older"),
        (found(marks=replace(KNOWN, events={"{p17}:events": "5000-0"})), "older"),
        (found(marks=Marks(EVENTS, {})), "older"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(there: Found, what: str) -> None:
    known = replace(KNOWN, beats={"{p00}:beat": 5_000 + TOLERATED_MS})
    problem = loss(OURS, known, there)
    assert what in problem
    assert problem.endswith("--adopt-dataset")


def test_a_replica_that_takes_over_may_lack_what_was_written_last_but_not_more() -> None:
    behind = replace(KNOWN, events={**EVENTS, "{p17}:events": "4999-0"})
    replicated = replace(KNOWN, replicated=True)
    assert loss(OURS, replicated, found(marks=behind)) == ""
    assert "older" in loss(OURS, KNOWN, found(marks=behind))
    much = replace(replicated, beats={"{p00}:beat": 5_001 + TOLERATED_MS})
    assert "older" in loss(OURS, much, found(marks=behind))


def test_beats_alone_may_be_missing_for_some_seconds() -> None:
    """A server that dies between two beats, where nothing else happened, has lost nothing."""
    late = replace(KNOWN, beats={"{p00}:beat": 5_000 + TOLERATED_MS})
    assert loss(OURS, late, found()) == ""


def test_a_later_schema_is_not_for_this_version() -> None:
    later = f"{SCHEMA + 1}:ours"
    assert "start the version that wrote it" in loss(later, KNOWN, found(later))


def test_events_raise_what_is_known_and_never_lower_it() -> None:
    raised = KNOWN.raised(
        {"{p00}:events": "999-9", "{p17}:events": "5000-10", "{p30}:events": "1-0"}
    )
    assert raised.events == {
        "{p00}:events": "1000-1",
        "{p17}:events": "5000-10",
        "{p30}:events": "1-0",
    }


def test_what_is_kept_is_found_again_for_the_owner_alone(tmp_path: Path) -> None:
    files = DatasetFiles(tmp_path / "secrets", REDIS)
    assert (files.identity(), files.marks(OURS)) == ("", Marks())
    identity = new_identity()
    files.keep_identity(identity)
    files.keep_marks(identity, KNOWN)
    again = DatasetFiles(tmp_path / "secrets", REDIS)
    assert (again.identity(), again.marks(identity), again.marks(OURS)) == (
        identity,
        KNOWN,
        Marks(),
    )
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "secrets").iterdir()} == {0o600}


def test_each_redis_has_files_of_its_own(tmp_path: Path) -> None:
    urls = (
        REDIS,
        "redis://127.0.0.1:6379/1",
        "redis://127.0.0.1:6380/0",
        "redis://other:6379/0",
        "rediss://user:password@secure:6379/0",
        "unix:///run/redis.sock?db=0",
        "unix:///run/redis.sock?db=2",
    )
    for url in urls:
        files = DatasetFiles(tmp_path, url)
        assert files.identity() == ""
        files.keep_identity(url)
    assert all(DatasetFiles(tmp_path, url).identity() == url for url in urls)
    assert not any("password" in file.name for file in tmp_path.iterdir())
    assert DatasetFiles(tmp_path, "redis://me@127.0.0.1:6379").identity() == REDIS


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("redis://me:password@127.0.0.1:6390/0", "127.0.0.1:6390/0"),
        ("rediss://redis.example", "redis.example:6379/0"),
        ("unix:///run/redis.sock?db=2", "/run/redis.sock/2"),
    ],
)
def test_a_redis_is_named_for_people_without_its_password(
    tmp_path: Path, url: str, name: str
) -> None:
    assert DatasetFiles(tmp_path, url).redis == name


def test_a_redis_is_known_by_its_own_file(tmp_path: Path) -> None:
    files = DatasetFiles(tmp_path, REDIS)
    other = DatasetFiles(tmp_path, REDIS.replace("6379", "6390"))
    assert (files.know_redis, files.all_known()) == (False, [])
    other.keep_identity(OURS)
    other.keep_marks(OURS, KNOWN)
    assert (files.know_redis, other.know_redis) == (False, True)
    assert files.all_known() == ["dataset-127.0.0.1-6390-0"]


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', "{}", '{"dataset": "1:ours"}', "\x00"])
def test_marks_that_a_power_cut_took_are_as_good_as_none(tmp_path: Path, content: str) -> None:
    files = DatasetFiles(tmp_path, REDIS)
    (tmp_path / "dataset-127.0.0.1-6379-0.seen").write_text(content)
    assert files.marks(OURS) == Marks()


def test_an_identity_that_is_empty_or_cannot_be_read_is_a_fault_that_names_the_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "dataset-127.0.0.1-6379-0").write_text("\n")
    with pytest.raises(DatasetFileFault, match="is empty"):
        DatasetFiles(tmp_path, REDIS).identity()
    (tmp_path / "dataset-127.0.0.1-6379-1").mkdir()
    with pytest.raises(DatasetFileFault, match="SECRETS_DIR"):
        DatasetFiles(tmp_path, REDIS.replace("/0", "/1")).identity()
