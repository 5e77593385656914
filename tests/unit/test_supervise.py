"""What the launcher changes in supervisord."""

import logging
import os
from pathlib import Path

import pytest
from supervisor import loggers

from deploy.supervise import TERMINAL, FileOrTerminal


def record(text: bytes) -> loggers.LogRecord:
    return loggers.LogRecord(logging.INFO, text)


def test_what_programs_say_goes_to_the_inherited_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    handler = FileOrTerminal(TERMINAL)
    handler.emit(record(b"booking ready\n"))
    handler.reopen()
    handler.emit(record(b"gateway ready\n"))
    handler.close()
    assert capfd.readouterr().err == "booking ready\ngateway ready\n"
    os.fstat(2)  # still open for the next one


def test_other_logs_go_to_their_files(tmp_path: Path) -> None:
    handler = FileOrTerminal(str(tmp_path / "redis.log"))
    handler.emit(record(b"ready\n"))
    handler.close()
    assert (tmp_path / "redis.log").read_bytes() == b"ready\n"
