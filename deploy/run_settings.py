"""The settings of the run at work, for commands beside it: not all come from `.env`.

They are in a file, for its owner alone since passwords may be among them. It is valid while the run
has its lock.
"""

import json
import os
from collections.abc import Mapping
from contextlib import closing, suppress

from cinema.file_lock import FileLock
from deploy import ROOT
from deploy.services import SETTINGS

LOCK = ROOT / "var" / "run" / "lock"
FILE = LOCK.with_name("settings.json")
_OF_THE_RUN = {"REDIS_PORT", "KAFKA_PORT"}  # no service reads them


def keep(environment: Mapping[str, str]) -> None:
    """Keeps the settings of the environment, and nothing else of it."""
    known = _OF_THE_RUN | {name.upper() for kind in SETTINGS.values() for name in kind.model_fields}
    settings = {name: environment[name] for name in known & environment.keys()}
    forget()
    with os.fdopen(os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(settings, file)


def forget() -> None:
    FILE.unlink(missing_ok=True)


def of_the_run_at_work() -> dict[str, str]:
    """Empty if no run is at work, or it is still being prepared."""
    with suppress(FileNotFoundError), closing(FileLock(LOCK)) as lock:
        if not lock.try_acquire():
            settings: dict[str, str] = json.loads(FILE.read_text())
            return settings
    return {}
