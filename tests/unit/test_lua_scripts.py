"""What every Lua script keeps to, read from its text; what the scripts do is tested with Redis."""

import re

import pytest

from deploy import ROOT

SCRIPTS = {path.stem: path.read_text() for path in sorted((ROOT / "lua").glob("*.lua"))}
CHECKED = "-- Everything is checked: from here on only writes.\n"
TRANSITIONS = ["hold", "extend", "release", "confirm", "expire", "cancel"]
WRITES = (
    r"redis\.call\('(SET|DEL|HSET|HSETNX|HDEL|ZADD|ZREM|XADD|INCR|INCRBY|DECRBY|PEXPIREAT|RENAME)'"
)

every_script = pytest.mark.parametrize("name", SCRIPTS)


def code_of(text: str) -> str:
    return re.sub(r"--.*", "", text)


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_transition_checks_everything_then_writes(name: str) -> None:
    checks, writes = SCRIPTS[name].split(CHECKED)
    before = [line.strip() for line in code_of(checks).splitlines() if re.search(WRITES, line)]
    # WAITAOF covers the last write of its connection, so a repeated sale writes what is there.
    repeated = [
        "redis.call('HSET', order_keys_key, known.field, known.text)",
        "redis.call('HSET', sold_key, ARGV[FIRST_SEAT], known_sale)",
    ]
    assert before == (repeated if name == "confirm" else [])
    assert re.search(WRITES, writes)
    for result in re.findall(r"\breturn\b.*", code_of(writes)):
        assert re.match(r"return \{(0|#changes)\b", result), "a refusal after a write"


@every_script
def test_a_script_takes_the_time_from_redis_alone(name: str) -> None:
    code = code_of(SCRIPTS[name])
    assert re.search(r"\bnow\b", code) is None or "redis.call('TIME')" in code
    assert re.findall(r"\bnow\b[^=\n]*=[^=].*ARGV", code) == []


@every_script
def test_a_script_says_what_it_takes_and_what_it_replies(name: str) -> None:
    header = SCRIPTS[name].partition("\nlocal ")[0]
    assert header.startswith(f"-- {name}: ")
    for part in ("-- KEYS  ", "-- ARGV  ", "-- Reply "):
        assert part in header
