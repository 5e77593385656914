"""`make run`: prepares the programs that this machine lacks, then becomes supervisord.

Everything that can be wrong is checked before anything starts. The process then *is* supervisord,
so no launcher can die separately: a signal to it stops everything in order.
"""

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values  # comes with pydantic-settings

from cinema import logs
from cinema.file_lock import FileLock
from cinema.private_folders import make_private
from cinema.service import CannotStart
from cinema.settings import WrongSettings, read
from deploy import ROOT, infrastructure, packages, page_bundle, readiness, run_settings
from deploy.plan import Plan, WrongPort
from deploy.ports import obstacle
from deploy.services import SETTINGS

CONFIGURATION = "deploy/supervisord.conf"
LOCK_DESCRIPTOR = 3

log = logging.getLogger("run")


def launch() -> None:
    """Prepares everything and becomes supervisord. Raises CannotStart."""
    os.chdir(ROOT)
    make_folders()
    lock_folder()
    run_settings.forget()
    read_dotenv()
    plan = planned()
    check_settings(plan)
    check_ports(plan)
    prepared = prepare(plan)
    run_settings.keep(_given(plan, prepared))
    readiness.forget_old()
    log.info("starting everything; Ctrl-C stops it")
    become_supervisord(prepared)


def make_folders() -> None:
    for folder in ("run", "log"):
        make_private(Path("var", folder))


def lock_folder() -> None:
    """One run a folder: two would corrupt the same Redis files."""
    lock = FileLock(run_settings.LOCK)
    try:
        lock.acquire(patience=1, pause=0.1)  # deploy.command has it for a moment
    except TimeoutError:
        raise CannotStart("another `make run` is at work in this folder: stop it first") from None
    # supervisord closes inherited descriptors from 5 on, and its programs inherit none: the lock
    # lasts exactly as long as supervisord.
    if lock.descriptor != LOCK_DESCRIPTOR:
        os.dup2(lock.descriptor, LOCK_DESCRIPTOR)
    os.set_inheritable(LOCK_DESCRIPTOR, True)


def read_dotenv() -> None:
    """Reads `.env`, which no service does. Variables of the environment take precedence."""
    for name, value in dotenv_values(".env", interpolate=False).items():
        if value is not None:
            os.environ.setdefault(name, value)


def planned() -> Plan:
    try:
        return Plan.of(dict(os.environ))
    except WrongPort as wrong:
        raise CannotStart(str(wrong)) from None


def check_settings(plan: Plan) -> None:
    """Validates each service's environment with its own settings class."""
    os.environ.update(plan.settings())
    refused: dict[str, None] = {}
    for kind in SETTINGS.values():
        try:
            read(kind)
        except WrongSettings as wrong:
            refused |= dict.fromkeys(str(wrong).splitlines())
    if refused:
        raise CannotStart("\n".join(refused))


def check_ports(plan: Plan) -> None:
    seen: dict[int, str] = {}
    for port, host, what, variable in plan.listeners():
        reason = f"is also {seen[port]}'s" if port in seen else obstacle(port, host)
        if reason:
            raise CannotStart(f"port {port} for {what} {reason}: set {variable} to another one")
        seen[port] = what


def prepare(plan: Plan) -> dict[str, str]:
    """Installs and prepares the local programs.

    Returns the environment of supervisord's configuration.
    """
    try:
        packages.ensure(["supervisor", "psutil", "rich"])
        page_bundle.ensure()
        return infrastructure.prepare(plan)
    except (packages.PackageMissing, infrastructure.RedisMissing) as missing:
        raise CannotStart(str(missing)) from None


def _given(plan: Plan, prepared: Mapping[str, str]) -> dict[str, str]:
    """The settings for commands beside this run.

    If Kafka could not be prepared, it is off for them, too.
    """
    wanted_kafka, has_kafka = bool(plan.kafka_port), prepared["RUN_KAFKA"] == "true"
    off = {"KAFKA_BOOTSTRAP_SERVERS": ""} if wanted_kafka and not has_kafka else {}
    return {**plan.given, **off}


def become_supervisord(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "deploy.supervise", "-c", CONFIGURATION]
    os.execve(sys.executable, command, environment)


def main() -> None:
    logs.configure("run")
    try:
        launch()
    except CannotStart as reasons:
        for line in str(reasons).splitlines():
            log.error("%s", line)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
