"""What a server's refusal is about, over the replies that servers are known to give."""

import itertools

import pytest

from notifications.smtp_verdicts import Reply, Stage, Verdict, judge

ABOUT_A_MAIL = (Stage.RECIPIENT, Stage.DATA, Stage.END)


def verdict(stage: Stage, text: str) -> Verdict:
    return judge(stage, Reply(int(text[:3]), text[4:]))


@pytest.mark.parametrize("stage", ABOUT_A_MAIL)
@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 <ana@example.com>: Recipient address rejected: User unknown",
        "550 5.1.1 The email account that you tried to reach does not exist.",
        "550 5.1.0 Address rejected.",
        "550 #5.1.0 Address rejected.",
        "511 sorry, no mailbox here by that name (#5.1.1)",
        "550 5.1.2 Bad destination domain",
        "553 5.1.3 Bad recipient address syntax",
        "551 5.1.6 moved",
        "556 5.1.10 Recipient address has null MX",
        "556 Domain does not accept mail",
        "550 5.2.1 The email account is disabled",
        "552 5.2.2 Mailbox full",
        "554 5.2.2 mailbox full",
        "552 5.2.3 Message too long for this mailbox",
    ],
)
def test_a_fault_of_this_address_is_final(stage: Stage, text: str) -> None:
    assert verdict(stage, text) is Verdict.RECIPIENT


@pytest.mark.parametrize("stage", ABOUT_A_MAIL)
@pytest.mark.parametrize(
    "text",
    [
        "554 5.7.1 <ana@example.com>: Relay access denied",
        "550 5.7.1 Client host rejected: cannot find your hostname",
        "550 5.7.1 Unable to relay",
        "550 5.7.26 This mail is unauthenticated",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org",
        "530 5.7.0 Must issue a STARTTLS command first",
        "530 5.7.57 Client not authenticated to send mail",
        "535 5.7.8 Authentication credentials invalid",
        "535 5.1.1 whatever the enhanced code says",
        "504 5.5.2 <cinema>: Helo command rejected: need fully-qualified hostname",
        "504 5.1.8 <cinema@local>: Sender address rejected",
        "553 5.1.8 <cinema@example.com>: Sender address rejected: Domain not found",
        "553 5.1.7 <cinema@example.com>: Sender address rejected",
        "550 5.4.5 Daily user sending limit exceeded",
        "550 5.4.1 No answer from host",
        "552 5.3.4 Message size exceeds fixed limit",
        "554 5.3.0 unknown mailer error",
        "554 5.3.2 System not accepting network messages",
        "503 5.5.1 Error: need MAIL command",
        "555 5.5.4 Unsupported option",
        "554 5.6.0 Content rejected",
        "553 5.6.7 SMTPUTF8 needed",
        "521 mail.example does not accept mail",
        "538 Encryption required",
        "454 4.7.1 <ana@example.com>: Relay access denied",
        "454 4.7.0 Temporary authentication failure",
        "421 4.7.0 Too many errors, closing connection",
        "421 going down",
        "550 relay not permitted",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        "553 sorry, that domain isn't in my list of allowed rcpthosts",
        "550 authentication required",
        "550 Your host is on a blacklist",
        "550 SPF check failed",
    ],
)
def test_a_fault_of_ours_or_the_servers_concerns_every_mail(stage: Stage, text: str) -> None:
    assert verdict(stage, text) is Verdict.SERVER


@pytest.mark.parametrize("stage", ABOUT_A_MAIL)
@pytest.mark.parametrize(
    "text",
    [
        "450 4.2.0 <ana@example.com>: Recipient address rejected: Greylisted",
        "451 4.7.1 Greylisting in action, please come back later",
        "450 4.7.1 try again",
        "451 4.3.0 Error: queue file write error",
        "452 4.2.2 Mailbox full",
        "452 4.3.1 Insufficient system storage",
        "432 4.3.2 Concurrent connections limit exceeded",
        "450 mailbox busy",
        "451 local error in processing",
        "450 5.7.1 <ana@example.com>: greylisted",  # code and enhanced code contradict each other
        "550 4.2.0 Greylisted",
        "550 4.4.7 delayed",
        "499 what is this",
    ],
)
def test_a_temporary_fault_is_retried(stage: Stage, text: str) -> None:
    assert verdict(stage, text) is Verdict.LATER


@pytest.mark.parametrize("stage", ABOUT_A_MAIL)
@pytest.mark.parametrize(
    "text",
    [
        "550 No such user here",
        "550 ",
        "551 User not local",
        "552 Requested mail action aborted: exceeded storage allocation",
        "553 mailbox name not allowed",
        "554 Transaction failed",
        "554 looks like spam",
        "550 5.0.0 something",
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
        "550 5.9.9 unheard of",
        "550 2.1.5 ok",  # a code of success says nothing
        "501 Syntax error in parameters",
        "599 what is this",
        "550 5.1.1.9 is listed",  # an IPv4 address
        "550 5.7.1.20: not today",
    ],
)
def test_an_ambiguous_fault_is_left_to_other_mails(stage: Stage, text: str) -> None:
    assert verdict(stage, text) is Verdict.UNCLEAR


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage < Stage.RECIPIENT])
@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 who",
        "553 5.7.1 Sender address rejected: not owned by user",
        "451 4.3.0 try later",
        "452 4.3.1 out of space",
        "554 no service for you",
        "535 5.7.8 wrong password",
        "454 4.7.0 TLS not available",
        "501 5.5.4 Invalid HELO",
        "421 4.3.2 too many connections",
    ],
)
def test_a_refusal_before_the_recipient_is_the_servers(stage: Stage, text: str) -> None:
    assert verdict(stage, text) is Verdict.SERVER


def test_too_many_connections_concern_the_mail_that_was_one_too_many() -> None:
    assert verdict(Stage.SENDER, "432 4.3.2 Concurrent connections limit") is Verdict.LATER


def test_every_reply_at_every_stage_has_a_verdict_and_only_permanent_ones_are_final() -> None:
    enhanced = [
        "",
        *(f"{c}.{s}.{d} " for c, s, d in itertools.product("245", range(10), (0, 1, 8))),
    ]
    codes = (0, 1, 199, 250, 354, 399, *range(400, 600, 3), 600, 999)
    for stage, code, beginning in itertools.product(Stage, codes, enhanced):
        found = judge(stage, Reply(code, f"{beginning}words"))
        if found is Verdict.RECIPIENT:
            assert code >= 500
            assert not beginning.startswith("4")
            assert stage in ABOUT_A_MAIL
