"""Secrets that no variable gives are made once, kept, and nobody else's to read."""

import multiprocessing
import os
from pathlib import Path

from pydantic import SecretStr

from cinema.secret_files import given_or_kept


def test_a_secret_that_is_given_is_used_and_none_is_kept(tmp_path: Path) -> None:
    assert given_or_kept(SecretStr("given"), tmp_path / "secrets", "notify") == b"given"
    assert not (tmp_path / "secrets").exists()


def test_a_kept_secret_is_made_once_and_stays(tmp_path: Path) -> None:
    first = given_or_kept(None, tmp_path / "a" / "secrets", "notify")
    assert len(first) >= 32
    assert given_or_kept(None, tmp_path / "a" / "secrets", "notify") == first


def test_each_name_has_a_secret_of_its_own(tmp_path: Path) -> None:
    assert given_or_kept(None, tmp_path, "notify") != given_or_kept(None, tmp_path, "cookie")


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    given_or_kept(None, folder, "notify")
    assert (folder / "notify").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def _read_once(folder: Path) -> bytes:
    return given_or_kept(None, folder, "notify")


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        secrets = set(pool.map(_read_once, [tmp_path / "secrets"] * 16, chunksize=1))
    assert len(secrets) == 1
    assert [file.name for file in (tmp_path / "secrets").iterdir()] == ["notify"]


def test_what_a_killed_process_left_behind_stops_nobody(tmp_path: Path) -> None:
    """In containers every service has the same process id, so a file named after it may be another's."""
    (tmp_path / f"notify.{os.getpid()}").write_text("half a secr")
    assert len(given_or_kept(None, tmp_path, "notify")) >= 32
