"""`make run` in a copy of the repository, with ports and data of its own."""

import os
import shutil
import sys
from pathlib import Path

import psutil

from deploy import ROOT
from deploy.ports import LOOPBACK
from tests.support.ports import ports_in_a_row
from tests.support.processes import LocalProcess

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "tests", "docs", ".*_cache", ".env")
SETTINGS = {"REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "SMTP_HOST", "PUBLIC_URL", "READY_FILE"}


class Run(LocalProcess):
    """`make run` once the set-up is done, in a folder and on ports of its own."""

    def __init__(self, folder: Path, log: str = "run.log", **settings: str) -> None:
        first = ports_in_a_row(6)
        names = ("HTTP_PORT", "BOOKING_PORT", "REDIS_PORT", "SMTP_PORT", "KAFKA_PORT")
        self.ports = {name: first + offset for offset, name in enumerate(names)}
        chosen = {name: str(port) for name, port in self.ports.items()}
        super().__init__(
            "run",
            [sys.executable, "-m", "deploy.run"],
            cwd=folder,
            log=folder / log,
            env={key: os.environ[key] for key in os.environ if key not in SETTINGS}
            | chosen
            | settings,
            ready=lambda: "ready: open" in self.log,
        )

    @property
    def page(self) -> str:
        return f"http://{LOOPBACK}:{self.ports['HTTP_PORT']}"

    def children(self) -> list[psutil.Process]:
        """Everything that the run started: supervisord is the process itself."""
        return psutil.Process(self.pid).children(recursive=True) if self.running else []

    def memory(self) -> dict[str, int]:
        """Bytes that each process has for itself, by its command; the first is the supervisor."""
        processes = [psutil.Process(self.pid), *self.children()]
        return {
            f"{process.pid} {command_of(process)}": process.memory_full_info().uss
            for process in processes
        }

    def child(self, script: str) -> psutil.Process | None:
        return next((child for child in self.children() if script in command_of(child)), None)


def clone(folder: Path) -> Path:
    """What a fresh clone has, with the jars that this clone has fetched already, and its
    bytecode."""
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED, dirs_exist_ok=True)
    jars = ROOT / "var" / "cache"
    if jars.exists():
        shutil.copytree(jars, folder / "var" / "cache")
    return folder


def command_of(process: psutil.Process) -> str:
    """Its command line; nothing for one that is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
