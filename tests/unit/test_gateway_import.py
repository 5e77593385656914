"""Importing the gateway changes nothing in its process."""

import json
import subprocess
import sys

STATE = """
import json, logging, os, signal, threading
def state():
    names = ("", "asyncio", "uvicorn.error", "uvicorn.access")
    loggers = [logging.getLogger(name) for name in names]
    return [
        [[one.level, one.disabled, len(one.filters), len(one.handlers)] for one in loggers],
        dict(os.environ),
        threading.active_count(),
        str(signal.getsignal(signal.SIGTERM)),
    ]
before = state()
import websocket_server
print(json.dumps([before, state()]))
"""


def test_an_import_changes_no_logger_no_environment_and_starts_no_thread() -> None:
    found = subprocess.run([sys.executable, "-c", STATE], check=True, capture_output=True)
    before, after = json.loads(found.stdout)
    assert after == before
