"""What the launcher changes in supervisord."""

import os
from pathlib import Path

import pytest
from supervisor import loggers

from deploy.supervise import TERMINAL, to_file_or_terminal

AS_IT_IS = "%(message)s"


def test_output_of_programs_goes_to_the_inherited_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    logger = loggers.Logger()
    to_file_or_terminal(logger, TERMINAL, AS_IT_IS)
    logger.info(b"booking ready\n")
    logger.info(b"gateway ready\n")
    logger.close()
    assert capfd.readouterr().err == "booking ready\ngateway ready\n"
    os.fstat(2)  # still open for the next one


def test_other_logs_go_to_files_of_a_bounded_size(tmp_path: Path) -> None:
    logger = loggers.Logger()
    file = tmp_path / "redis.log"
    to_file_or_terminal(logger, str(file), AS_IT_IS, rotating=True, maxbytes=20, backups=1)
    for number in range(9):
        logger.info(b"line %d\n" % number)
    logger.close()
    kept = sorted(tmp_path.iterdir())
    assert [entry.name for entry in kept] == ["redis.log", "redis.log.1"]
    assert all(entry.stat().st_size < 30 for entry in kept)
