"""Names of keys: readable, in one slot for one script, and stable."""

import subprocess
import sys

import pytest

from cinema.keys import (
    PARTITIONS,
    MalformedOrderId,
    SessionKeys,
    new_order_id,
    order_key,
    parse_due_member,
    parse_lock_key,
    partition_keys,
    partition_of,
    relay_lease_key,
    session_keys,
)
from deploy import ROOT


def all_keys(keys: SessionKeys) -> list[str]:
    own = [value for name, value in vars(keys).items() if name not in ("prefix", "partition")]
    return [*own, *vars(keys.partition).values(), keys.lock("A05")]


def tag_of(key: str) -> str:
    return key[key.index("{") : key.index("}") + 1]


def test_a_lock_s_name_says_session_and_seat() -> None:
    assert session_keys("S001").lock("A05").endswith("sessao:S001:assento:A05")


def test_a_sessions_partition_never_changes() -> None:
    """Known values: another hash, or another number of partitions, would lose every session that
    is on sale."""
    assert [partition_of(name) for name in ("S001", "S002", "S1", "x" * 32)] == [9, 51, 18, 8]


def test_the_partition_does_not_depend_on_python_s_own_hash() -> None:
    code = "from cinema.keys import partition_of; print(partition_of('S001'))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {f"{partition_of('S001')}\n"}


@pytest.mark.parametrize("session", ["S001", "S-2_x", "a" * 32])
def test_all_keys_of_one_session_and_of_its_orders_are_in_one_slot(session: str) -> None:
    tags = {tag_of(key) for key in all_keys(session_keys(session))}
    tags.add(tag_of(order_key(new_order_id(session))))
    assert tags == {f"{{p{partition_of(session):02d}}}"}


def test_no_two_keys_have_the_same_name() -> None:
    keys = [*all_keys(session_keys("S001")), order_key(new_order_id("S001")), relay_lease_key()]
    assert len(set(keys)) == len(keys)


def test_sessions_spread_over_the_partitions() -> None:
    used = {partition_of(f"S{number:03d}") for number in range(1_000)}
    assert used == set(range(PARTITIONS))
    assert len({partition_keys(partition).due for partition in used}) == PARTITIONS


def test_a_lock_is_recognised_and_nothing_else_is() -> None:
    keys = session_keys("S-1_x")
    assert parse_lock_key(keys.lock("AA105")) == ("S-1_x", "AA105")
    others = [keys.version, keys.partition.due, f"{keys.lock('A05')}x", "A05", "", "*"]
    assert [parse_lock_key(key) for key in others] == [None] * len(others)


def test_a_member_of_the_due_set_names_session_and_seat() -> None:
    assert parse_due_member("S001:A05") == ("S001", "A05")


def test_orders_have_ids_that_differ_and_carry_their_partition() -> None:
    ids = {new_order_id("S001") for _ in range(100)}
    assert len(ids) == 100
    assert {int(order.partition("-")[0]) for order in ids} == {partition_of("S001")}


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "48-", "*", "48-*", f"64-{'a' * 22}", f"4-{'a' * 22}", f"48-{'a' * 21}"),
        *(f"48-{'a' * 23}", f"48-{'a' * 21}:", f"48-{'a' * 21}é", f"48-{'a' * 22}\n"),
        f"٤٨-{'a' * 22}",
    ],
)
def test_text_that_cannot_be_an_orders_id_never_becomes_a_key(text: str) -> None:
    with pytest.raises(MalformedOrderId):
        order_key(text)
