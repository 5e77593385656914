"""Runs an operator's command to its end, with no settings but those that are named."""

import os
import subprocess
import sys

from deploy import ROOT
from tests.support.services import INHERITED, NOWHERE

SECONDS = 60


def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Such as command("-m", "verify", REDIS_URL=…)."""
    inherited = {key: value for key, value in os.environ.items() if key in INHERITED}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=inherited | NOWHERE | {"LOG_LEVEL": "INFO"} | settings,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
