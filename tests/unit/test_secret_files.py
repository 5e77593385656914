"""Secrets without a variable are made once, kept, and readable by their owner alone."""

import multiprocessing
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from cinema.secret_files import given_or_kept, kept
from cinema.service import CannotStart


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


def test_files_of_a_killed_process_do_no_harm(tmp_path: Path) -> None:
    """In containers all services have the same process id: files named after it would clash."""
    (tmp_path / f"notify.{os.getpid()}").write_text("half a secr")
    assert len(given_or_kept(None, tmp_path, "notify")) >= 32


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\n", b"fifteen letters", b"  \t 15 and spaces  \n"]
)
def test_a_file_that_is_too_short_for_a_secret_is_refused_by_name(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "cookie").write_bytes(content)
    (tmp_path / "cookie").chmod(0o600)
    with pytest.raises(CannotStart, match=f"{tmp_path / 'cookie'} has .* at least 16"):
        given_or_kept(None, tmp_path, "cookie")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_file_that_others_can_open_is_refused_by_name(tmp_path: Path, mode: int) -> None:
    (tmp_path / "cookie").write_bytes(b"a secret that is long enough")
    (tmp_path / "cookie").chmod(mode)
    with pytest.raises(CannotStart, match=f"{tmp_path / 'cookie'} is readable by others"):
        given_or_kept(None, tmp_path, "cookie")


def test_an_unreadable_secret_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "cookie").mkdir(mode=0o700)
    with pytest.raises(CannotStart, match=f"{tmp_path / 'cookie'} cannot be read"):
        given_or_kept(None, tmp_path, "cookie")


def test_the_line_feed_of_an_editor_is_no_part_of_the_secret(tmp_path: Path) -> None:
    (tmp_path / "cookie").write_bytes(b"a secret that is long enough\n")
    (tmp_path / "cookie").chmod(0o600)
    assert given_or_kept(None, tmp_path, "cookie") == b"a secret that is long enough"


def test_a_secret_that_is_optional_is_not_made(tmp_path: Path) -> None:
    assert kept(tmp_path, "cookie-old") is None
    assert list(tmp_path.iterdir()) == []
