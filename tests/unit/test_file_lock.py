"""A lock has one holder, a deadline, and a file for its owner alone."""

from contextlib import closing
from pathlib import Path

import pytest

from cinema.file_lock import FileLock


def test_a_lock_has_one_holder_until_it_is_closed(tmp_path: Path) -> None:
    with (
        closing(FileLock(tmp_path / "lock")) as first,
        closing(FileLock(tmp_path / "lock")) as second,
    ):
        assert first.try_acquire()
        assert not second.try_acquire()
        with pytest.raises(TimeoutError):
            second.acquire(patience=0.01, pause=0.002)
    with closing(FileLock(tmp_path / "lock")) as third:
        third.acquire(patience=0, pause=0)


def test_its_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with closing(FileLock(tmp_path / "lock")):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
