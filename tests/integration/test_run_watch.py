"""The watch of a `make run` whose supervisord was killed stops the other programs."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from deploy import ROOT
from tests.support.waiting import allowed

STOP_SECONDS = 10
DIED = "processname:booking groupname:booking from_state:RUNNING expected:0 pid:1"
HEARD = (
    "ver:3.0 server:supervisor serial:1 pool:watch poolserial:1 "
    f"eventname:PROCESS_STATE_EXITED len:{len(DIED)}"
)


def settings(run: str) -> dict[str, str]:
    """The environment of a run that starts no program of its own, and never becomes ready."""
    nothing = dict.fromkeys(["RUN_REDIS", "RUN_KAFKA", "RUN_MAIL", "RUN_CONSUMER"], "false")
    nowhere = {"BOOKING_ADDRESS": "127.0.0.1:1", "GATEWAY": "http://127.0.0.1:1"}
    return {**os.environ, **nothing, **nowhere, "MAKE_RUN_ID": run}


@pytest.fixture
def environment() -> Mapping[str, str]:
    return settings(secrets.token_hex(8))


@pytest.fixture
def watch(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """One that said it is ready; this test is its supervisord."""
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.watch"],
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "READY\n"
            yield process
        finally:
            process.kill()


def sleeper(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"], env=environment)


@pytest.mark.parametrize("heard_last", ["", f"{HEARD}\n{DIED}"], ids=["idle", "amid an event"])
def test_the_rest_of_the_run_is_stopped_and_no_other_run(
    watch: subprocess.Popen[str], environment: Mapping[str, str], heard_last: str
) -> None:
    ours, others = sleeper(environment), sleeper(settings("another"))
    try:
        assert watch.stdin
        assert watch.stdout
        watch.stdout.close()  # no one reads its answers or its output
        watch.stdin.write(heard_last)
        watch.stdin.close()
        ours.wait(allowed(STOP_SECONDS))
        watch.wait(allowed(STOP_SECONDS))
        assert others.poll() is None
    finally:
        for process in (ours, others):
            process.kill()
            process.wait()
