"""Class data sharing for Kafka's broker: Java starts it in half the time from an archive.

Java writes it into var/cache when a broker ends. Without a fitting archive Java loads the classes
one by one. `python -m deploy.kafka_classes` makes it for the tests, which start some forty brokers.
"""

import hashlib
import logging
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cinema import logs
from deploy import kafka_jars, kafka_local
from deploy.kafka_jars import JarsMissing
from deploy.kafka_local import Kafka, KafkaUnusable
from deploy.ports import answers, is_free

START_SECONDS, WRITE_SECONDS = 120, 60
_POLL_SECONDS = 0.1

log = logging.getLogger("run")


def archive(java: Path, jars: tuple[Path, ...]) -> Path:
    """Its path. An archive fits one Java and one class path."""
    key = hashlib.sha256(f"{java.resolve()} {jars}".encode()).hexdigest()[:16]
    return kafka_jars.CACHE.parent / f"kafka-classes-{key}.jsa"


def options(java: Path, jars: tuple[Path, ...]) -> tuple[str, ...]:
    """Java's options to use it; none if it does not exist."""
    file = archive(java, jars)
    return (
        (f"-XX:SharedArchiveFile={file}", "-Xlog:cds=off,cds+dynamic=off") if file.exists() else ()
    )


def ensure(java: Path, jars: tuple[Path, ...]) -> None:
    """Makes the archive if it is missing. A failure is one line in the log."""
    file = archive(java, jars)
    if file.exists():
        return
    log.info("archiving the classes of Kafka's broker (once) ...")
    try:
        _write(java, jars, file)
    except (KafkaUnusable, OSError, subprocess.TimeoutExpired) as reason:
        log.warning("no archive of Kafka's classes, brokers start slowly: %s", reason)


def _write(java: Path, jars: tuple[Path, ...], file: Path) -> None:
    unfinished = file.with_suffix(".part")
    port = _two_free_ports()
    with TemporaryDirectory() as folder:
        kafka = Kafka(java, jars, Path(folder), port, (f"-XX:ArchiveClassesAtExit={unfinished}",))
        kafka.prepare()
        quiet = subprocess.DEVNULL
        with subprocess.Popen(kafka.command(), stdin=quiet, stdout=quiet, stderr=quiet) as broker:
            try:
                _wait_for(port, broker)
                broker.terminate()
                broker.wait(WRITE_SECONDS)
            finally:
                broker.kill()
    unfinished.rename(file)


def _wait_for(port: int, broker: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if broker.poll() is not None:
            raise KafkaUnusable(f"the broker for it ended with status {broker.returncode}")
        if time.monotonic() > deadline:
            raise KafkaUnusable(f"the broker for it was not ready within {START_SECONDS} s")
        time.sleep(_POLL_SECONDS)


def _two_free_ports() -> int:
    """The first of two, for broker and controller; outside the range for outgoing connections."""
    return next(port for port in _ports() if is_free(port) and is_free(port + 1))


def _ports() -> Iterator[int]:
    while True:
        yield random.randrange(20_000, 30_000)  # noqa: S311 - a port, not a secret


def main() -> None:
    logs.configure("setup")
    java = kafka_local.find_java()
    try:
        jars = tuple(kafka_jars.ensure())
    except JarsMissing as reason:
        log.warning("no archive of Kafka's classes: %s", reason)
        return
    if java:
        ensure(java, jars)


if __name__ == "__main__":
    main()
