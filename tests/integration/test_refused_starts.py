"""A service that cannot start says why in one line, and ends with status 1."""

import os
import subprocess
import sys

import pytest

from deploy import ROOT


@pytest.mark.parametrize(
    ("command", "setting", "reason"),
    [
        ("notification_consumer.py", "LEDGER_FILE=/dev/null/ledger.json", "LEDGER_FILE="),
        (
            "notification_consumer.py --replay-dead-letters",
            "KAFKA_BOOTSTRAP_SERVERS=",
            "Kafka is off",
        ),
        (
            "notification_consumer.py --resend-mail 7K4Q9D2M",
            "BOOKING_ADDRESS=127.0.0.1:1",
            "the mail cannot be sent again now",
        ),
        ("booking_service_server.py", "PROGRAMME_FILE=/dev/null/none.toml", "PROGRAMME_FILE"),
        ("booking_service_server.py", "BOOKING_HOST=192.0.2.1", "BOOKING_HOST"),
        ("websocket_server.py", "SECRETS_DIR=/dev/null", "/dev/null/"),
        ("redis_listener.py", "SECRETS_DIR=/dev/null", "/dev/null/"),
        ("websocket_server.py", "HTTP_HOST=192.0.2.1", "HTTP_HOST"),
    ],
)
def test_a_start_that_cannot_be_is_one_line(command: str, setting: str, reason: str) -> None:
    name, _, value = setting.partition("=")
    done = subprocess.run(
        [sys.executable, *command.split()],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], name: value},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert "ERROR   cannot start: " in line
    assert reason in line
    assert done.returncode == 1
