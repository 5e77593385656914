"""What a container's health check says of the service beside it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cinema import health_check
from deploy import ROOT


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("READY_FILE", str(tmp_path / "ready"))
    return tmp_path / "ready"


def test_a_service_is_healthy_while_its_ready_file_is_fresh(file: Path) -> None:
    assert health_check.ready_file() == f"{file} is missing: the service is not ready"
    file.touch()
    assert health_check.ready_file() == ""
    old = time.time() - 60
    os.utime(file, (old, old))
    assert health_check.ready_file() == f"{file} is 60 s old: the service hangs"


def test_the_command_ends_with_the_reason_and_status_1(file: Path) -> None:
    command = [sys.executable, "-m", "cinema.health_check", "ready_file"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (
        1,
        f"{file} is missing: the service is not ready",
    )
    file.touch()
    assert subprocess.run(command, cwd=ROOT, timeout=20, check=False).returncode == 0
