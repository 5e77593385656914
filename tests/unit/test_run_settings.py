"""A command finds the settings of the run that is at work, and of no other."""

from contextlib import closing
from pathlib import Path

import pytest

from cinema.file_lock import FileLock
from deploy import run_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run_settings, "LOCK", tmp_path / "lock")
    monkeypatch.setattr(run_settings, "FILE", tmp_path / "settings.json")
    return tmp_path


def test_settings_are_those_of_a_run_while_it_is_at_work(folder: Path) -> None:
    run_settings.keep({"REDIS_PORT": "7001", "SMTP_PASSWORD": "secret", "PATH": "/bin"})
    with closing(FileLock(folder / "lock")) as lock:
        assert lock.try_acquire()
        found = run_settings.of_the_run_at_work()
    assert found == {"REDIS_PORT": "7001", "SMTP_PASSWORD": "secret"}
    assert (folder / "settings.json").stat().st_mode & 0o777 == 0o600
    assert run_settings.of_the_run_at_work() == {}


def test_a_run_that_is_still_being_prepared_has_none(folder: Path) -> None:
    run_settings.keep({"REDIS_PORT": "7001"})
    run_settings.forget()
    with closing(FileLock(folder / "lock")) as lock:
        assert lock.try_acquire()
        assert run_settings.of_the_run_at_work() == {}


def test_where_there_never_was_a_run_there_are_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_settings, "LOCK", folder / "missing" / "lock")
    assert run_settings.of_the_run_at_work() == {}
