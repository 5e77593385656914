"""Which local Redis may open which data."""

from pathlib import Path

import pytest

from deploy import redis_local


def server(folder: Path, version: str) -> Path:
    """A program that answers `--version` as a Redis of that version does."""
    script = folder / "redis-server"
    script.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=00000000:0 bits=64'\n")
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    ("version", "written_by_7", "readable"),
    [
        ("6.2.14", False, True),
        ("6.2.14", True, False),
        ("7.0.15", True, True),
        ("8.0.1", True, True),
    ],
)
def test_an_older_redis_does_not_start_empty_on_newer_data(
    tmp_path: Path, version: str, *, written_by_7: bool, readable: bool
) -> None:
    data = tmp_path / "data"
    (data / "appendonlydir" if written_by_7 else data).mkdir(parents=True)
    assert redis_local.can_read(server(tmp_path, version), data) is readable
