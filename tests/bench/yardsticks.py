"""What the services are measured beside, each a process of its own: the parts' own limits, and the naive design."""

import os
import sys
from pathlib import Path

from deploy import ROOT
from deploy.ports import LOOPBACK, answers
from tests.ports import free_port
from tests.processes import LocalProcess


class Yardstick(LocalProcess):
    """A module of this package that serves a port."""

    def __init__(self, module: str, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        super().__init__(
            module,
            [sys.executable, "-m", f"tests.bench.{module}", str(self.port), *arguments],
            log=folder / f"{module}-{self.port}.log",
            ready=lambda: answers(self.port),
            env=dict(os.environ),
            cwd=ROOT,
        )

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"


def echo(folder: Path) -> Yardstick:
    return Yardstick("echo", folder)


def naive_booking(folder: Path, redis_url: str) -> Yardstick:
    return Yardstick("baseline_booking", folder, redis_url)
