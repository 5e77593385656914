"""How mail servers misbehaved in public reports (each failed here once), and the end of each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.load import Answers
from tests.faults.redis_faults import lasting
from tests.faults.scenario import Run, Scenario
from tests.faults.stage import Stage
from tests.histories.delivered import orders_mailed

SECONDS = 5
LATE_SECONDS = 20

# Every mail follows by itself once the server is well again.
ANSWERS = {
    "greylisted": "450 4.2.0 Greylisted, try again in 300 seconds",
    "queue": "451 4.3.0 Error: queue file write error",
    "relay": "554 5.7.1 Relay access denied",
    "helo": "504 5.5.2 Helo command rejected: need fully-qualified hostname",
    "quota": "550 5.4.5 Daily user sending limit exceeded",
    "sender": "553 5.7.1 Sender address rejected",
}


@dataclass(frozen=True)
class Answering:
    """Every mail is answered so for a while."""

    answer: str

    async def __call__(self, stage: Stage) -> None:
        attempts = stage.system.mailbox.attempts
        stage.system.mailbox.answer = self.answer
        async with lasting(SECONDS):
            pass
        stage.system.mailbox.accept()
        stage.seen += stage.system.mailbox.attempts - attempts


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
            f"The mail server answers “{answer}”",
            Answering(answer),
            refusals,
            "mails answered so",
        )
        for name, answer in ANSWERS.items()
    ),
    Scenario(
        "mail-late",
        f"The mail server answers a mail after {LATE_SECONDS} s",
        answer_late,
        refusals,
        "mails answered so",
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
