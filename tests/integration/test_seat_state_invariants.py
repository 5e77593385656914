"""The checker notices each broken guarantee."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cinema import lua_scripts
from tests.histories.lines import Action, Outcome
from tests.support.hall import RULES, Buyer, Hall
from tests.support.storm import MOST_SEATS, NETWORKS, Recorder

Scenario = Callable[[Recorder, Buyer, Buyer], Awaitable[None]]


async def _both_buy_one_seat(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    for buyer in (ana, bia):
        await recorder.ask("hold", buyer, ("A01",))
        await recorder.ask("confirm", buyer, ("A01",))


async def _one_buys_and_another_holds(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01",))
    await recorder.ask("confirm", ana, ("A01",))
    await recorder.ask("hold", bia, ("A01",))


async def _groups_overlap(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01", "A02"))
    await recorder.ask("hold", bia, ("A02", "A03"))


async def _one_buys(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01", "A02"))
    await recorder.ask("confirm", ana, ("A01", "A02"))


async def _one_holds_and_releases(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01",))
    await recorder.ask("release", ana, ("A01",))


FIVE = ("A01", "A02", "A03", "A04", "A05")


async def _one_network_holds_five(recorder: Recorder, *_: Buyer) -> None:
    for seat in FIVE:
        await recorder.ask("hold", recorder.hall.buyer(network=NETWORKS[0]), (seat,))


async def _one_person_buys_five(recorder: Recorder, *_: Buyer) -> None:
    for seat in FIVE:
        buyer = recorder.hall.buyer()
        await recorder.ask("hold", buyer, (seat,))
        await recorder.ask("confirm", buyer, (seat,), person="person-0")


async def _one_holds_again(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await _one_holds_and_releases(recorder, ana, bia)
    await recorder.hall.wait_a_moment()
    await recorder.ask("hold", ana, ("A01",))


SOLD_SEATS_CAN_BE_HELD = ("hold", "redis.call('HGET', sold_key, seat)", "false")
SALES_ARE_OVERLOOKED = ("confirm", "text and cjson.decode(text)", "nil")
SALES_ARE_OVERWRITTEN = ("confirm", "HSETNX", "HSET")
BROKEN: dict[str, tuple[str, Scenario, list[tuple[str, str, str]]]] = {
    "a seat that is sold twice": (
        "(1) A01 is sold again",
        _both_buy_one_seat,
        [SOLD_SEATS_CAN_BE_HELD, SALES_ARE_OVERLOOKED, SALES_ARE_OVERWRITTEN],
    ),
    "a seat that is locked and sold": (
        "(2) A01 is locked and sold",
        _one_buys_and_another_holds,
        [SOLD_SEATS_CAN_BE_HELD],
    ),
    "a request that is half granted": (
        "(3) version 2 held ['A03'], part of",
        _groups_overlap,
        [("hold", "if #taken > 0 then", "if #wanted == 0 then")],
    ),
    "a sale without its outbox entry": (
        "(4) order ",
        _one_buys,
        [("confirm", "redis.call('XADD', outbox_key, '*', 'mensagem', message)", "")],
    ),
    "a version that is left out": (
        "(5) version 3 follows 1",
        _one_holds_and_releases,
        [("release", "redis.call('INCR', version_key)", "redis.call('INCRBY', version_key, 2)")],
    ),
    "a lock without its due entry": (
        "(6) A01 is locked, but not in the due set",
        _groups_overlap,
        [("hold", "redis.call('ZADD', due_key", "redis.call('ZADD', due_key .. 'x'")],
    ),
    "an event that names the buyer": (
        "(7) version 1 names ",
        _groups_overlap,
        [("hold", "deadline = new.deadline, tag = "
            "tag})", "deadline = new.deadline, tag = buyer})")],
    ),
    "a network that holds more than it may": (
        f"(8) 5 seats are held from {NETWORKS[0].tag}",
        _one_network_holds_five,
        [
            (
                "hold",
                "cjson.encode(network)) + #wanted - given_of_network\n      > network_most then",
                "'none') > 0 then",
            )
        ],
    ),
    "a person who buys more than one may": (
        "(8) 5 seats are sold to person-0",
        _one_person_buys_five,
        [("confirm", "sold_to_person() + #mine > most", "false")],
    ),
    "a hold beyond its ceiling": (
        "(9) A01 is held until ",
        _one_holds_again,
        [("hold", "math.min(since, tonumber(redis.call('HGET', released_key, member) or "
            "0))", "since")],
    ),
    "a buyer whose seats are miscounted": (
        "(+) ",
        _one_buys,
        [("confirm", "account.held - #mine", "account.held")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
async def test_the_checker_notices(
    hall: Hall, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint, scenario, changes = BROKEN[fault]
    scripts = tmp_path / "lua"
    shutil.copytree(lua_scripts.FOLDER, scripts)
    for name, old, new in changes:
        text = (scripts / f"{name}.lua").read_text()
        assert old in text
        (scripts / f"{name}.lua").write_text(text.replace(old, new))
    rules = replace(RULES, most_seats=MOST_SEATS, hold_ms=RULES.ceiling_ms)
    sound = Recorder(Hall(hall.redis, rules))
    await scenario(sound, sound.hall.buyer(), sound.hall.buyer())
    assert await sound.violations() == []
    monkeypatch.setattr(lua_scripts, "FOLDER", scripts)
    broken = Recorder(Hall(hall.redis, rules))
    await scenario(broken, broken.hall.buyer(), broken.hall.buyer())
    assert any(line.startswith(complaint) for line in await broken.violations())


async def test_the_checker_compares_the_answers_to_buyers_with_the_data_in_redis(
    hall: Hall,
) -> None:
    recorder = Recorder(hall)
    for action, order in ((Action.HOLD, ""), (Action.CONFIRM, "00-lost")):
        call = recorder.recording.call(action, hall.session, "ana", ["A01"])
        recorder.recording.answer(call, Outcome.OK, order=order)
    assert await recorder.violations() == [
        "(3) ['A01'] were granted, but never held together",
        "(11) order 00-lost was acknowledged, and is lost",
    ]
