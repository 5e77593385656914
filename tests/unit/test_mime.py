"""The parts of a mail as bytes."""

import pytest

from notifications import mime
from tests.support.mailbox import as_received

TEXTS = [
    "Olá, José!\nSeu ingresso: R$ 32,00\n",
    "a" * 500 + " =? é ?= " + "日本語" * 60,
    ".\n..\n.leading dots\nFrom me\n",
    "trailing space \ntab\t\n\nno last line's end",
    "one\r\ntwo\rthree\nfour",
    "--=_x\nno boundary\n",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_reads_back_as_it_is(text: str) -> None:
    part = mime.text("plain", text, "pt-BR")
    content = as_received(part).get_content()
    assert (
        content.splitlines()
        == text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .split("\n")[: None if text and not text.endswith("\n") else -1]
    )


@pytest.mark.parametrize("text", TEXTS)
def test_every_server_takes_its_lines(text: str) -> None:
    part = mime.multipart("mixed", "x", [mime.text("html", text, "en")])
    assert part.isascii()
    lines = part.split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_no_text_ends_a_part() -> None:
    text = "--=_x\n--=_x--\n"
    mail = as_received(mime.multipart("mixed", "x", [mime.text("plain", text, "en")] * 2))
    contents = [part.get_content().splitlines() for part in mail.iter_parts()]
    assert contents == [text.splitlines()] * 2


@pytest.mark.parametrize("content", [b"", b"\0\r\n.\r\n" * 40, bytes(range(256))])
def test_a_file_arrives_as_it_is(content: bytes) -> None:
    part = mime.file("image/png", 'inline; filename="a.png"', content, ["Content-ID: <a@b>"])
    received = as_received(part)
    assert received.get_content() == content
    assert (received.get_filename(), received["Content-ID"]) == ("a.png", "<a@b>")


@pytest.mark.parametrize("name", ["F07", 'a"b\\c', "a\r\nBcc: eva@example.com", "poltrona ã"])
def test_no_files_name_becomes_a_header(name: str) -> None:
    quoted = mime.quotable(name)
    received = as_received(mime.file("image/png", f'inline; filename="{quoted}"', b""))
    assert received.get_filename() == quoted
    assert received["Bcc"] is None


def test_a_header_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        mime.block(["To: josé@example.com"])
