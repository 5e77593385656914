"""How mail servers misbehaved in public reports, and the end of each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.load import SLOW_PROVIDER, Answers
from tests.faults.redis_faults import lasting
from tests.faults.scenario import Run, Scenario
from tests.faults.stage import Stage
from tests.histories.delivered import orders_mailed
from tests.support.smtp_script import Answer, HangUp, Never, ScriptedServer

SECONDS = 5
# Longer than SMTP_TIMEOUT_SECONDS.
LATE_SECONDS = 20
# Twice with an unknown end is put up with, three times is given up: each may be a copy.
UNKNOWN_SECONDS = 2

# What the server does, the command that it answers so, the answer, and for how long. Every mail
# follows by itself once the server is well again.
MISBEHAVIOURS: dict[str, tuple[str, str, Answer, float]] = {
    "greeting": ("greets", "GREETING", "554 5.3.2 no service", SECONDS),
    "many": ("greets", "GREETING", "421 4.7.0 Too many connections", SECONDS),
    "silent": ("says nothing", "GREETING", Never(), LATE_SECONDS),
    "hangs-up": ("hangs up at once", "GREETING", HangUp, SECONDS),
    "sender": ("answers MAIL", "MAIL", "553 5.7.1 Sender address rejected", SECONDS),
    "greylisted": ("answers RCPT", "RCPT", "450 4.2.0 Greylisted, try in 300 seconds", SECONDS),
    "relay": ("answers RCPT", "RCPT", "554 5.7.1 Relay access denied", SECONDS),
    "helo": ("answers RCPT", "RCPT", "504 5.5.2 need fully-qualified hostname", SECONDS),
    "queue": ("answers a mail", "END", "451 4.3.0 Error: queue file write error", SECONDS),
    "quota": ("answers a mail", "END", "550 5.4.5 Daily user sending limit exceeded", SECONDS),
    "hangs-up-late": ("hangs up after a mail", "END", HangUp, UNKNOWN_SECONDS),
}


@dataclass(frozen=True)
class OtherServer:
    """Another server on the mail server's port, with this answer to this command."""

    command: str
    answer: Answer
    seconds: float

    async def __call__(self, stage: Stage) -> None:
        mailbox = stage.system.mailbox
        mailbox.stop()
        async with ScriptedServer(port=mailbox.port) as server, lasting(self.seconds):
            server.answers[self.command] = self.answer
        stage.seen += server.met(self.command)
        mailbox.start()


async def keep_recipients_waiting(stage: Stage) -> None:
    """The recipients of one provider get no answer, as with a check by callback."""
    mailbox = stage.system.mailbox
    before = mailbox.kept_waiting
    mailbox.slow.add(SLOW_PROVIDER)
    async with lasting(LATE_SECONDS):
        taken = len(mailbox.messages)
    stage.overtaken = len(mailbox.messages) - taken
    stage.seen += mailbox.kept_waiting - before
    mailbox.accept()


def others_go_on(run: Run) -> Iterator[str]:
    """While the one provider's recipients wait, nine of ten mails are for others."""
    sold = sum(run.begin <= at < run.end - SECONDS for at in run.answers.sales.values())
    if run.stage.overtaken < sold * 3 / 4:
        yield f"only {run.stage.overtaken} mails to others meanwhile, of {sold} sales"


async def refuse_connections(stage: Stage) -> None:
    async with lasting(SECONDS):
        stage.system.mailbox.stop()
    stage.system.mailbox.start()


async def answer_late(stage: Stage) -> None:
    """As a server that scans each mail: the answer to a mail comes after SMTP_TIMEOUT_SECONDS."""
    attempts = stage.system.mailbox.attempts
    stage.system.mailbox.delay = LATE_SECONDS
    async with lasting(LATE_SECONDS + SECONDS):
        pass
    stage.system.mailbox.accept()
    stage.seen += stage.system.mailbox.attempts - attempts


def no_copies(run: Run) -> Iterator[str]:
    mailed = Counter(orders_mailed(run.stage.system.mailbox))
    if copies := sum(mailed[order] - 1 for order in run.answers.sales):
        yield f"{copies} copies of mails"


def refusals(stage: Stage, _: Answers) -> int:
    return stage.seen


MAIL_FAULTS = [
    *(
        Scenario(
            f"mail-{name}",
            f"The mail server {does}" + (f" “{answer}”" if isinstance(answer, str) else ""),
            OtherServer(command, answer, seconds),
            refusals,
            "answers of this kind",
        )
        for name, (does, command, answer, seconds) in MISBEHAVIOURS.items()
    ),
    Scenario(
        "mail-callout",
        f"One provider's recipients get no answer for {LATE_SECONDS} s",
        keep_recipients_waiting,
        refusals,
        "recipients kept waiting",
        promise=others_go_on,
    ),
    Scenario(
        "mail-late",
        f"The mail server answers a mail after {LATE_SECONDS} s",
        answer_late,
        refusals,
        "mails answered late",
        a_second=2,
        promise=no_copies,
    ),
    Scenario(
        "mail-away",
        "The mail server refuses connections",
        refuse_connections,
        lambda stage, _: stage.system.consumer.log.count("the mail server is away"),
        "outages in the consumer's log",
    ),
]
