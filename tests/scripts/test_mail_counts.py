"""How many mails fit into a sliding window."""

import pytest

from booking.mail_limits import CANCELLATION_COST, MailLimitRules, MailLimits
from cinema.keys import mail_counts
from tests.state_machine.clocked_redis import NOON_MS, ClockedRedis
from tests.support.hall import Hall

WINDOW_MS = 10_000
RULES = MailLimitRules(3, 2 * CANCELLATION_COST, 1, 3, WINDOW_MS)
MAILBOX, NETWORK = "ana@example.com", "a" * 32


@pytest.fixture
def limits(hall: Hall, clock: ClockedRedis) -> MailLimits:
    clock.now = NOON_MS
    assert clock.now % WINDOW_MS == 0
    return MailLimits(hall.redis, RULES, b"secret")


async def reserved(limits: MailLimits, times: int, network: str = "") -> list[bool]:
    return [await limits.reserve(MAILBOX, network) for _ in range(times)]


async def test_a_mailbox_gets_as_many_as_its_limit(limits: MailLimits) -> None:
    assert await reserved(limits, 5) == [True, True, True, False, False]
    assert await limits.reserve("bia@example.com", "")


async def test_the_last_windows_mails_count_in_proportion_to_its_overlap(
    limits: MailLimits, clock: ClockedRedis
) -> None:
    await reserved(limits, 3)
    clock.now += WINDOW_MS
    assert await reserved(limits, 1) == [False]
    clock.now += WINDOW_MS // 2
    assert await reserved(limits, 2) == [True, False]
    clock.now += WINDOW_MS // 2 - 1_000
    assert await reserved(limits, 2) == [True, False]


async def test_after_a_window_without_mails_none_counts(
    limits: MailLimits, clock: ClockedRedis
) -> None:
    await reserved(limits, 3)
    clock.now += WINDOW_MS * 3 // 2
    await reserved(limits, 1)
    clock.now += WINDOW_MS * 2
    assert await reserved(limits, 4) == [True, True, True, False]


async def test_a_mail_that_is_not_sent_is_given_back_and_never_more_than_were_counted(
    limits: MailLimits,
) -> None:
    await reserved(limits, 3)
    await limits.give_back(MAILBOX, "")
    assert await reserved(limits, 2) == [True, False]
    for _ in range(5):
        await limits.give_back(MAILBOX, "")
    assert await reserved(limits, 4) == [True, True, True, False]


async def test_a_cancellations_mail_counts_for_many_and_is_never_refused(
    limits: MailLimits, hall: Hall
) -> None:
    for _ in range(3):
        await limits.note_cancellation("bia@example.com", NETWORK)
    counts = await hall.redis.hgetall(mail_counts()[0])
    assert counts[f"network:{NETWORK}"] == str(3 * CANCELLATION_COST)
    assert not await limits.reserve(MAILBOX, NETWORK)
    assert await reserved(limits, 3) == [True] * 3  # what was refused counts nowhere


async def test_a_limit_of_zero_is_none(hall: Hall) -> None:
    unbound = MailLimits(hall.redis, MailLimitRules(0, 0, 0, 3, WINDOW_MS), b"secret")
    assert all(await reserved(unbound, 50, NETWORK))


async def test_one_orders_mail_is_repeated_up_to_a_limit_of_its_own(limits: MailLimits) -> None:
    assert [await limits.reserve(MAILBOX, NETWORK, "00-order") for _ in "12"] == [True, False]
    assert await limits.reserve(MAILBOX, NETWORK, "00-other")
