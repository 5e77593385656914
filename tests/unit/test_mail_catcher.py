"""The local mail catcher keeps whole mails, one file each."""

import stat
from pathlib import Path

from deploy.mail_catcher import MailFolder


def test_mails_of_the_same_second_get_files_of_their_own(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail")
    kept = [folder.keep(b"Subject: %d\r\n\r\n" % number) for number in range(3)]
    assert [file.read_bytes() for file in kept] == [b"Subject: %d\r\n\r\n" % n for n in range(3)]
    assert len(set(kept)) == 3


def test_only_whole_mails_lie_in_the_folder_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    kept = MailFolder(tmp_path / "mail").keep(b"Subject: x\r\n\r\n")
    assert list(kept.parent.iterdir()) == [kept]
    assert kept.suffix == ".eml"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_restart_in_the_same_second_overwrites_nothing(tmp_path: Path) -> None:
    first = MailFolder(tmp_path).keep(b"first")
    second = MailFolder(tmp_path).keep(b"second")
    assert (first.read_bytes(), second.read_bytes()) == (b"first", b"second")
