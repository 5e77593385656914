"""A ledger in a file of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from notifications import ledger, ledger_copies, ledger_index
from notifications.ledger import Ledger
from notifications.ledger_format import Record

WRITING = {ledger.__file__, ledger_copies.__file__, ledger_index.__file__}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reservas_confirmadas.json"


@pytest.fixture
def book(path: Path) -> Ledger:
    return opened(path)


def opened(path: Path) -> Ledger:
    book = Ledger(path)
    book.open()
    return book


def order(number: int) -> Record:
    return {"pedido_id": f"00-{number}", "assentos": ["F07"], "nome_completo": "João d'Ávila"}


def read(path: Path) -> list[Any]:
    entries = json.loads(path.read_bytes())
    assert isinstance(entries, list)
    return entries


def orders(*numbers: int) -> list[Record]:
    return [order(number) for number in numbers]
