"""What ends by time, on every Redis that this machine has: keys and accounts, personal data, the
order, the session."""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from booking.mail_schedule import MailRecord, MailSchedule
from booking.order import Payer, Purchase, Screening
from booking.order_end import OrderEnd
from booking.orders import Correction, OrderBook
from booking.programme import Programme, parse_programme
from booking.retention import Retention, RetentionRules
from cinema.identity import owner_tag
from cinema.keys import order_key, partition_keys, partition_of
from cinema.mail_state import MailKind, MailState
from cinema.refusals import Refusal
from cinema.tickets import Category
from tests.support.backends import RedisServer
from tests.support.booking_desk import programme
from tests.support.hall import Buyer, Hall, patient_client
from tests.support.infra import started
from tests.support.redis_servers import redis_servers, using
from tests.support.waiting import eventually

SERVERS = redis_servers()
ANA = Payer("Ana Souza", "***.982.247-**", "ana@example.com")
DAY_MS = 24 * 3_600_000
AGES_MS = 365 * DAY_MS
ORDERS = 60  # whose memory is measured
NO_SESSIONS = Programme({})


@pytest.fixture(scope="module", params=SERVERS)
def redis_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisServer]:
    with ExitStack() as stack:
        stack.enter_context(using(SERVERS[request.param]))
        folder = tmp_path_factory.mktemp("retention")
        yield stack.enter_context(started(lambda: RedisServer(folder / "redis")))


@pytest.fixture
async def hall(redis_server: RedisServer) -> AsyncIterator[Hall]:
    """A session, alone in its Redis."""
    async with patient_client(redis_server.url) as redis:
        await redis.flushall()
        yield Hall(redis)


def retention(
    hall: Hall,
    session_ms: int = AGES_MS,
    personal_ms: int = AGES_MS,
    order_ms: int = AGES_MS,
    programme: Programme = NO_SESSIONS,
) -> Retention:
    rules = RetentionRules(session_ms, personal_ms, order_ms)
    return Retention(hall.redis, rules, lambda: programme, lambda: True, pause_seconds=0)


async def sold(hall: Hall, *seats: str, buyer: Buyer | None = None, **more: Any) -> str:
    """An order of Ana's, for a film that has just begun, some moment ago."""
    buyer = buyer or hall.buyer("ana")
    await buyer.hold(*seats)
    fields: dict[str, Any] = {"payer": ANA, "key": "k1", "person": "hash of a CPF"} | more
    answer = await buyer.confirm(*seats, **fields)
    assert answer.refusal is None
    await hall.wait_a_moment()
    return answer.order_id


async def memory(hall: Hall) -> dict[str, Any]:
    """Every key that a transition leaves, but events, outbox and the cool-downs of a moment."""
    streams = (hall.keys.partition.events, hall.keys.partition.outbox)
    return {
        key: await hall.redis.type(key)
        async for key in hall.redis.scan_iter()
        if key not in streams
    }


async def until_nothing_is_left(hall: Hall, ending: Retention) -> None:
    """Redis counts by the second how long a key was not asked for."""

    async def nothing_is_left() -> bool:
        await ending.walk()
        return not await memory(hall)

    await eventually(nothing_is_left)


# ------------------------------------------------------------------------------------- step by step


async def test_a_while_after_the_session_keys_and_accounts_go_and_the_sale_stays(
    hall: Hall,
) -> None:
    order_id = await sold(hall, "A01", "A02")
    version = (await hall.seats.snapshot(hall.session)).version
    assert await retention(hall, session_ms=1).walk() == Counter(settled=1)
    left = await hall.dump()
    assert left[hall.keys.order_keys] == left[hall.keys.buyers] == {}
    tag = owner_tag(hall.session, "ana")
    assert left[hall.keys.sold]["A01"] == [tag, order_id.partition("-")[2], 2]
    assert await hall.states() == {"A01": "sold", "A02": "sold"}
    assert (await hall.seats.snapshot(hall.session)).version == version
    order = await OrderBook(hall.redis).get(order_id)
    assert order
    assert order.payer == ANA


async def test_until_then_a_repeated_key_is_answered_with_its_order(hall: Hall) -> None:
    order_id = await sold(hall, "A01")
    async with hall.unchanged():
        await retention(hall, session_ms=DAY_MS).walk()
    again = await hall.buyer("ana").confirm("A01", key="k1", payer=ANA)
    assert (again.refusal, again.order_id) == (None, order_id)


async def test_an_account_keeps_what_it_holds_and_the_orders_that_are_not_over(hall: Hall) -> None:
    """As where one session takes place every day."""
    ana, tomorrow = hall.buyer("ana"), int(time.time() * 1_000) + DAY_MS
    await sold(hall, "A01", buyer=ana, key="today")
    await sold(hall, "A02", buyer=ana, key="tomorrow", screening=Screening(starts_at=tomorrow))
    await ana.hold("A03")
    await retention(hall, session_ms=1).walk()
    left = await hall.dump()
    account = left[hall.keys.buyers]["ana"]
    assert (account["held"], account["sold"]) == (1, 1)
    assert left[hall.keys.order_keys].keys() == {Purchase((), key="tomorrow").key_digest}


async def test_later_name_cpf_and_mail_go_and_the_ledger_hears_of_it(hall: Hall) -> None:
    order_id = await sold(hall, "A01")
    personal = ("Ana Souza", "982.247", "ana@example.com")

    async def left() -> list[str]:
        record = str(await hall.redis.hgetall(order_key(order_id)))
        return [text for text in personal if text in record]

    assert await left() == [*personal]
    await retention(hall, session_ms=1, personal_ms=1).walk()
    assert await left() == []
    order = await OrderBook(hall.redis).get(order_id)
    assert order
    assert (order.payer, order.mail, order.seats) == (Payer(), MailState.NO_ADDRESS, ("A01",))
    assert order.tokens.view
    assert [message["status"] for message in await hall.outbox()] == [
        "CONFIRMADO",
        "DADOS_APAGADOS",
    ]


async def test_an_order_ends_with_its_seats_and_then_its_session(hall: Hall) -> None:
    await sold(hall, "A01", category=Category.STUDENT, quota=5)
    await sold(hall, "A02", key="k2", quota=5)
    ending = retention(hall, session_ms=1, personal_ms=1, order_ms=1)
    await ending.walk()
    await hall.wait_a_moment()
    before = await hall.seats.snapshot(hall.session)
    assert before.half_price_sold == 1
    assert (await ending.walk())["orders removed"] == 2
    *_, event = await hall.events()
    assert event["version"] == before.version + 2
    assert await hall.states() == {}
    await until_nothing_is_left(hall, ending)


async def test_a_second_walk_and_a_second_server_find_nothing_to_do(hall: Hall) -> None:
    await sold(hall, "A01")
    first, second = (retention(hall, session_ms=1, personal_ms=1) for _ in range(2))
    await first.walk()
    async with hall.unchanged():
        assert not await second.walk()


async def test_a_cancelled_order_counts_from_its_cancellation(hall: Hall) -> None:
    ana, in_a_month = hall.buyer("ana"), int(time.time() * 1_000) + 30 * DAY_MS
    order_id = await sold(hall, "A01", buyer=ana, screening=Screening(starts_at=in_a_month))
    ending = retention(hall, session_ms=1, personal_ms=1, order_ms=1)
    async with hall.unchanged():
        assert not await ending.walk()
    await ana.cancel(order_id, "A01")
    await hall.wait_a_moment()
    done = await ending.walk()
    assert (done["settled"], done["erased"]) == (1, 1)
    await hall.wait_a_moment()
    assert (await ending.walk())["orders removed"] == 1


async def test_the_order_of_a_seat_that_was_sold_again_takes_nothing_with_it(hall: Hall) -> None:
    ana, bia = hall.buyer("ana"), hall.buyer("bia")
    order_id = await sold(hall, "A01", buyer=ana)
    await ana.cancel(order_id, "A01")
    tomorrow = int(time.time() * 1_000) + DAY_MS
    await sold(hall, "A01", buyer=bia, key="k2", screening=Screening(starts_at=tomorrow))
    ending = retention(hall, session_ms=1, personal_ms=1, order_ms=1)
    await ending.walk()
    await hall.wait_a_moment()
    assert (await ending.walk())["orders removed"] == 1
    assert await hall.states() == {"A01": "sold"}
    again = await bia.confirm("A01", key="k2", payer=ANA)
    assert again.refusal is None


async def test_a_session_that_was_put_off_counts_from_its_new_start(hall: Hall) -> None:
    await sold(hall, "A01")
    later = parse_programme(programme([hall.session]), "programacao.toml")
    ending = retention(hall, session_ms=1, personal_ms=1, order_ms=1, programme=later)
    async with hall.unchanged():
        assert not await ending.walk()


async def test_an_order_stays_until_its_data_have_been_gone_for_the_days_between(
    hall: Hall,
) -> None:
    """However late that was: the ledger follows what happened to the order, and must have the
    time."""
    await sold(hall, "A01")
    ending = retention(hall, session_ms=1, personal_ms=1, order_ms=DAY_MS)
    await ending.walk()
    ago = await hall.clock() - 2 * DAY_MS
    (key,) = [key async for key in hall.redis.scan_iter("*:order:*")]
    await hall.redis.hset(key, "created_at", ago)
    assert not await ending.walk()
    await hall.redis.hset(key, "erased_at", ago)
    assert (await ending.walk())["orders removed"] == 1


async def test_nothing_goes_where_all_is_kept_for_good(hall: Hall) -> None:
    await sold(hall, "A01")
    async with hall.unchanged():
        assert not await retention(hall, 0, 0, 0).walk()


async def test_nothing_is_tidied_up_while_sales_are_paused(hall: Hall) -> None:
    await sold(hall, "A01")
    rules = RetentionRules(1, 1, 1)
    paused = Retention(hall.redis, rules, lambda: NO_SESSIONS, lambda: False, pause_seconds=0)
    async with hall.unchanged():
        assert not await paused.walk()


@pytest.mark.parametrize(
    "broken",
    [{"data": "{"}, {"data": "{}"}, {"data": "null", "state": "x"}, {"note": "by hand"}],
    ids=["no JSON", "empty", "no object", "no record"],
)
async def test_a_record_that_another_hand_broke_keeps_no_other_from_ending(
    hall: Hall, broken: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    await sold(hall, "A01")
    tag = hall.keys.version.partition(":")[0]
    for name in ("no-id", "00-AAAAAAAAAAAAAAAAAAAAAA"):
        await hall.redis.hset(f"{tag}:order:{name}", mapping=broken)
    assert (await retention(hall, session_ms=1).walk())["settled"] == 1
    assert "cannot be read" in caplog.text


# ----------------------------------------------------------------------------------------- sessions


async def test_a_session_that_nobody_bought_leaves_nothing_either(hall: Hall) -> None:
    ana = hall.with_rules(cooldown_ms=1).buyer("ana")
    await ana.hold("A01")
    await ana.release("A01")
    await until_nothing_is_left(hall, retention(hall, session_ms=1))


@pytest.mark.parametrize("start", ["2099-12-31T17:45:00", "17:45:00"], ids=["to come", "every day"])
async def test_a_session_that_takes_place_stays(hall: Hall, start: str) -> None:
    ana = hall.buyer("ana")
    await ana.hold("A01")
    await ana.release("A01")
    await wait_until_unasked(hall)
    shown = parse_programme(programme([hall.session], start), "programacao.toml")
    assert not await retention(hall, session_ms=1, programme=shown).walk()
    assert await hall.redis.exists(hall.keys.version)


async def test_a_session_that_was_asked_for_a_moment_ago_stays(hall: Hall) -> None:
    ana = hall.buyer("ana")
    await ana.hold("A01")
    await ana.release("A01")
    assert not await retention(hall, session_ms=DAY_MS).walk()
    assert await hall.redis.exists(hall.keys.version)


@pytest.mark.parametrize("state", ["held", "sold"])
async def test_a_taken_seat_keeps_its_session(hall: Hall, state: str) -> None:
    ana = hall.buyer("ana")
    await ana.hold("A01")
    if state == "sold":
        await ana.confirm("A01")
    await wait_until_unasked(hall)
    assert not (await retention(hall, session_ms=1).walk())["sessions removed"]
    assert await hall.states() == {"A01": state}


async def wait_until_unasked(hall: Hall) -> None:
    """Until Redis, which counts by the second, sees that nobody asked for the session."""

    async def is_unasked() -> bool:
        return bool(await hall.redis.object("IDLETIME", hall.keys.version) > 0)

    await eventually(is_unasked)


# -------------------------------------------------------------------------------------------- mails


async def test_an_erased_order_has_no_mail_due_and_gets_none(hall: Hall) -> None:
    order_id = await sold(hall, "A01")
    mails = MailSchedule(hall.redis)
    await mails.add(order_id, MailKind.TICKET, 0)
    await retention(hall, personal_ms=1).walk()
    assert await mails.claim(10, 1_000, []) == []
    assert await mails.add(order_id, MailKind.TICKET, 0) is False
    assert await hall.redis.zcard(partition_keys(partition_of(hall.session)).mails) == 0


@pytest.mark.parametrize("state", [MailState.SENT, MailState.FAILED, MailState.PENDING])
async def test_a_mail_that_was_under_way_leaves_no_trace_in_an_erased_order(
    hall: Hall, state: MailState
) -> None:
    order_id = await sold(hall, "A01")
    mails, book = MailSchedule(hall.redis), OrderBook(hall.redis)
    await mails.add(order_id, MailKind.TICKET, 1_000)
    before = await book.get(order_id)
    assert before
    await retention(hall, personal_ms=1).walk()
    await mails.record(order_id, MailRecord(state, MailKind.TICKET, "550 ana@example.com"))
    await book.resend_mail(before)
    order = await book.get(order_id)
    assert order
    assert (order.mail, order.mail_reason) == (MailState.NO_ADDRESS, "")
    assert await hall.redis.zcard(hall.keys.partition.failed_mails) == 0
    assert [message["status"] for message in await hall.outbox()][2:] == []


async def test_an_address_that_is_corrected_meanwhile_is_erased_too(hall: Hall) -> None:
    order_id = await sold(hall, "A01")
    order = await OrderBook(hall.redis).get(order_id)
    assert order
    assert await OrderBook(hall.redis).correct_email(order, "bia@example.com", 1) is Correction.DONE
    end = OrderEnd(hall.redis)
    assert await end.erase(order)
    assert "example.com" not in json.dumps(await hall.redis.hgetall(order_key(order_id)))
    assert not await end.erase(order)


# ------------------------------------------------------------------------------------------- limits


async def test_after_its_keys_went_a_repeated_request_sells_nothing(hall: Hall) -> None:
    await sold(hall, "A01")
    await retention(hall, session_ms=1).walk()
    answer = await hall.buyer("ana").confirm("A01", key="k1", payer=ANA)
    assert answer.refusal is Refusal.ALREADY_BOUGHT


async def test_what_an_order_costs_redis_is_what_the_readme_says(hall: Hall) -> None:
    """Bytes an order, with key, hash and its part of the session; one seat an order, which is
    the dearest."""
    begin = await used(hall)
    for number in range(ORDERS):
        buyer = hall.buyer(f"{number:016x}" * 2)
        await sold_of(hall, buyer, f"{chr(65 + number // 40)}{number % 40 + 1:02d}")
    full = await used(hall)
    await retention(hall, session_ms=1).walk()
    settled = await used(hall)
    await hall.wait_a_moment()
    await retention(hall, session_ms=1, personal_ms=1).walk()
    await hall.redis.delete(hall.keys.partition.outbox)
    erased = await used(hall)
    sizes = [round((after - begin) / ORDERS) for after in (full, settled, erased)]
    assert all(one < most for one, most in zip(sizes, (950, 700, 700), strict=True)), sizes


async def sold_of(hall: Hall, buyer: Buyer, seat: str) -> None:
    screening = Screening(
        0, "o-agente-secreto", "O Agente Secreto", 158, "16", "Sala 1", "legendado"
    )
    more: dict[str, Any] = {"screening": screening, "payment_method": "pix", "language": "pt-BR"}
    await sold(hall, seat, buyer=buyer, key=f"k{buyer.name}", person=buyer.name, **more)
    await hall.redis.delete(hall.keys.partition.outbox)


async def used(hall: Hall) -> int:
    """Bytes of all keys but the partition's streams, whose length is bounded."""
    streams = (hall.keys.partition.events, hall.keys.partition.outbox)
    keys = [key async for key in hall.redis.scan_iter() if key not in streams]
    return sum([await hall.redis.memory_usage(key, samples=0) for key in keys])
