"""The ledger follows the orders: cancellations, payments, and records that were removed."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import cinema_pb2 as pb
from cinema.order_code import order_code
from tests.support.box_office import BoxOffice, Staff
from tests.support.operator_command import command
from tests.support.waiting import wait_until


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(True, id="with Kafka"),
        pytest.param(False, id="without Kafka", marks=pytest.mark.nightly),
    ],
)
def crew(
    request: pytest.FixtureRequest, box_office: BoxOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staff]:
    with Staff(tmp_path_factory.mktemp("crew")) as crew:
        if request.param:
            crew.both(box_office.env())
        else:
            crew.producer(box_office.env(kafka=False)).start()
        yield crew


def test_a_cancelled_order_says_so_in_its_only_record(box_office: BoxOffice, crew: Staff) -> None:
    order = box_office.sell()
    wait_until(lambda: crew.recorded([order]), 20, "the record")
    (record,) = crew.records_of([order])
    assert (record["estado"], record["cancelado_em"]) == ("confirmado", "")
    assert record["codigo"] == order_code(order.pedido_id)
    assert record["total_centavos"] == order.total_centavos > 0
    box_office.cancel(order)
    wait_until(lambda: crew.records_of([order])[0]["estado"] == "cancelado", 20, "the state")
    assert len(crew.records_of([order])) == 1
    assert crew.records_of([order])[0]["cancelado_em"] > record["timestamp"]


@pytest.mark.parametrize(
    "harm",
    [Path.unlink, lambda file: file.write_text("[]"), lambda file: file.write_bytes(b"[\n{")],
    ids=["deleted", "emptied", "cut short"],
)
def test_a_ledger_that_is_damaged_while_in_use_is_whole_again_within_seconds(
    box_office: BoxOffice, crew: Staff, harm: Callable[[Path], object]
) -> None:
    orders = box_office.sell_several(3)
    wait_until(lambda: len(crew.recorded(orders)) == 3, 20, "the records")
    harm(crew.folder / "reservas_confirmadas.json")
    wait_until(lambda: readable(crew, orders) == 3, 20, "the records, made again")


def readable(crew: Staff, orders: list[pb.Pedido]) -> int:
    """How many of these the file has; none as long as it is missing or broken."""
    with suppress(FileNotFoundError, ValueError):
        return len(crew.recorded(orders))
    return 0


def test_an_operators_command_adds_missing_records(box_office: BoxOffice, tmp_path: Path) -> None:
    order = box_office.sell()
    file = tmp_path / "reservas_confirmadas.json"
    done = rebuilt(file, BOOKING_ADDRESS=box_office.booking.address)
    assert done.returncode == 0, done.stderr
    assert order.pedido_id in [entry["pedido_id"] for entry in json.loads(file.read_text())]
    again = rebuilt(file, BOOKING_ADDRESS=box_office.booking.address)
    assert "0 records rebuilt" in again.stderr


def test_the_command_says_that_booking_is_away(tmp_path: Path) -> None:
    done = rebuilt(tmp_path / "reservas_confirmadas.json", BOOKING_DEADLINE_SECONDS="0.5")
    assert done.returncode == 1
    assert "the ledger cannot be rebuilt now" in done.stderr


def rebuilt(file: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return command(
        "notification_consumer.py", "--rebuild-ledger", LEDGER_FILE=str(file), **settings
    )
