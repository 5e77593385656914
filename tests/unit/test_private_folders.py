"""Other users of the machine cannot read the data of a run."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cinema.private_folders import make_private
from cinema.secret_files import given_or_kept
from deploy.kafka_jars import _alone_with
from deploy.mail_catcher import MailFolder
from deploy.run import make_folders


def fetch_jars(cache: Path) -> None:
    with _alone_with(cache):
        pass


MAKERS: dict[str, Callable[[], object]] = {
    "secrets": lambda: given_or_kept(None, Path("var/secrets"), "cookie"),
    "mail": lambda: MailFolder(Path("var/mail")),
    "jars": lambda: fetch_jars(Path("var/cache/kafka")),
    "run": make_folders,
}


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("maker", MAKERS)
def test_var_is_its_owners_alone_also_if_it_existed(maker: str) -> None:
    MAKERS[maker]()
    assert mode(Path("var")) == 0o700


@pytest.mark.parametrize("maker", MAKERS)
def test_a_var_that_is_open_from_before_is_closed(maker: str) -> None:
    MAKERS[maker]()
    Path("var").chmod(0o755)
    MAKERS[maker]()
    assert mode(Path("var")) == 0o700


def test_everything_that_is_missing_on_the_way_is_private() -> None:
    assert make_private(Path("a/b/c")) == Path("a/b/c")
    assert [mode(Path(folder)) for folder in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_other_existing_folders_keep_their_mode(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "var").mkdir(parents=True)
    (tmp_path / "elsewhere" / "var").chmod(0o755)
    make_private(tmp_path / "elsewhere" / "var" / "secrets")
    assert mode(tmp_path / "elsewhere" / "var") == 0o755


def test_the_systems_own_var_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = mode(Path("/var"))
    monkeypatch.chdir("/")
    make_private(Path("var"))
    assert mode(Path("/var")) == before


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
