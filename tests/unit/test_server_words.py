"""What a mail server said, for people: one short harmless line, and none of the buyer in the
log."""

import pytest

from notifications.server_words import anonymous, readable

ANA = "ana.lima@exemplo.com.br"


@pytest.mark.parametrize(
    "said",
    [
        f"<{ANA}>: unknown",
        f"{ANA.upper()} is unknown",
        "no mailbox ana.lima here",
        "ANA.LIMA: unknown",
        "mailbox 'ana.lima' of exemplo.com.br is full",
        "EXEMPLO.COM.BR does not exist",
        f"SRS0=x=y={ANA} rejected",
        f"unknown user:{ANA};try;later",
    ],
)
def test_the_log_names_neither_mailbox_nor_domain(said: str) -> None:
    line = anonymous(said, ANA).lower()
    assert "lima" not in line
    assert "exemplo" not in line


def test_a_quoted_local_part_is_not_named_either() -> None:
    assert anonymous('550 "a..lima"@x.com and a..lima', '"a..lima"@x.com') == "550 <…> and <…>"


def test_what_helps_an_operator_stays() -> None:
    said = "5.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]"
    assert anonymous(said, ANA) == said


def test_long_words_are_cut_and_lines_joined() -> None:
    assert readable("x" * 1_000) == "x" * 199 + "…"
    assert readable("5.1.1 one\n5.1.1 two\n\n three") == "5.1.1 one two three"


@pytest.mark.parametrize(
    "control", ["\x00", "\x1b[2J", "\u202e", "\u2028", "\x85", "\ud800", "\u200b"]
)
def test_nothing_invisible_is_passed_on(control: str) -> None:
    assert readable(f"a{control}b").isprintable()
