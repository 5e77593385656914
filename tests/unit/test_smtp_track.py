"""Other mails decide the meaning of an ambiguous reply."""

import logging

import pytest

from notifications.smtp_track import IN_A_ROW, Track
from notifications.smtp_verdicts import Verdict

ANA, BIA, CAIO, DAVI = (f"{name}@exemplo.com.br" for name in ("ana", "bia", "caio", "davi"))
REASON = "550 no"


@pytest.fixture
def track() -> Track:
    return Track(home="cinema.example")


def unclear(track: Track, recipient: str) -> Verdict:
    return track.refused(recipient, Verdict.UNCLEAR, REASON)


def test_a_refusal_is_final_once_another_recipients_mail_was_taken_in_between(track: Track) -> None:
    assert unclear(track, ANA) is Verdict.LATER
    assert unclear(track, ANA) is Verdict.LATER
    track.took(BIA)
    assert unclear(track, ANA) is Verdict.RECIPIENT


def test_mails_taken_before_the_first_refusal_prove_nothing(track: Track) -> None:
    """The server may have got its fault just now."""
    track.took(BIA)
    assert unclear(track, ANA) is Verdict.LATER


def test_trouble_of_every_recipient_is_the_servers(track: Track) -> None:
    recipients = [f"{number}@exemplo.com.br" for number in range(IN_A_ROW + 2)]
    verdicts = [unclear(track, recipient) for recipient in recipients]
    assert verdicts == [Verdict.LATER] * (IN_A_ROW - 1) + [Verdict.SERVER] * 3
    assert unclear(track, recipients[0]) is Verdict.SERVER


def test_the_same_recipient_again_and_again_is_not_everybody(track: Track) -> None:
    assert [unclear(track, ANA) for _ in range(10)] == [Verdict.LATER] * 10


def test_after_a_fault_of_the_server_every_address_has_a_new_chance(track: Track) -> None:
    for recipient in (ANA, BIA, CAIO):
        unclear(track, recipient)
    for recipient in (DAVI, ANA, BIA, CAIO):
        track.took(recipient)
    assert unclear(track, ANA) is Verdict.LATER


def test_a_server_that_takes_mail_for_its_own_domain_alone_relays_for_nobody(track: Track) -> None:
    unclear(track, ANA)
    track.took("bilheteria@cinema.example")
    assert unclear(track, ANA) is Verdict.LATER


def test_within_its_own_domain_one_recipient_shows_that_the_other_is_unknown(track: Track) -> None:
    unclear(track, "x@cinema.example")
    track.took("bilheteria@cinema.example")
    assert unclear(track, "x@cinema.example") is Verdict.RECIPIENT


def test_a_fault_of_the_server_that_others_do_not_meet_is_this_mails(track: Track) -> None:
    assert track.refused(ANA, Verdict.SERVER, REASON) is Verdict.SERVER
    track.took(BIA)
    assert track.refused(ANA, Verdict.SERVER, REASON) is Verdict.LATER
    assert track.refused(CAIO, Verdict.SERVER, REASON) is Verdict.SERVER


def test_silence_on_one_mail_is_its_own_and_on_every_mail_the_servers(track: Track) -> None:
    assert [track.timed_out(ANA) for _ in range(5)] == [Verdict.LATER] * 5
    assert track.timed_out(BIA) is Verdict.LATER
    assert track.timed_out(CAIO) is Verdict.SERVER


@pytest.mark.parametrize("answer", [Verdict.RECIPIENT, Verdict.LATER])
def test_a_server_that_refuses_others_in_the_meantime_is_not_silent(
    track: Track, answer: Verdict
) -> None:
    track.timed_out(ANA)
    track.timed_out(BIA)
    track.refused(DAVI, answer, REASON)
    assert track.timed_out(CAIO) is Verdict.LATER


def test_a_clear_verdict_is_kept(track: Track) -> None:
    track.took(BIA)
    for verdict in (Verdict.RECIPIENT, Verdict.LATER):
        assert track.refused(ANA, verdict, REASON) is verdict


def test_a_server_that_puts_off_every_mail_is_logged_once_at_each_end(
    track: Track, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for recipient in (ANA, BIA, ANA, CAIO, DAVI):
        track.refused(recipient, Verdict.LATER, "451 4.3.0 queue file write error")
    track.took(ANA)
    track.took(BIA)
    assert [record.message for record in caplog.records] == [
        "the mail server puts off every mail (451 4.3.0 queue file write error): they are "
        "tried again",
        "the mail server takes mails again",
    ]


def test_one_greylisted_recipient_is_nothing_to_log(
    track: Track, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for recipient in (ANA, ANA, ANA, BIA):
        track.refused(recipient, Verdict.LATER, "450 greylisted")
    assert caplog.records == []
