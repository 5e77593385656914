"""Archive the classes that Kafka's broker loads, once: with the archive Java starts a broker in half the time.

`make test` does so before the tests, which start some forty brokers. Without the archive they only take longer: Java
loads the classes one by one, as it also does where the archive does not fit.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from deploy import console
from tests.backends import BackendMissing, KafkaBroker
from tests.processes import NotStarted

WRITE_SECONDS = 120


def write(broker: KafkaBroker) -> None:
    """Start the broker and stop it: Java writes the archive at its end. Raises NotStarted, TimeoutError, OSError."""
    unfinished = broker.class_archive.with_suffix(".part")
    broker.command.insert(1, f"-XX:ArchiveClassesAtExit={unfinished}")
    with broker:
        broker.terminate(WRITE_SECONDS)
    unfinished.rename(broker.class_archive)


def main() -> None:
    log = console.configure("setup")
    with TemporaryDirectory() as folder:
        try:
            broker = KafkaBroker(Path(folder))
            if not broker.class_archive.exists():
                log.info("archiving the classes of Kafka's broker (once) ...")
                write(broker)
        except (BackendMissing, NotStarted, TimeoutError, OSError) as reason:
            log.warning("no archive of Kafka's classes, so each broker starts slowly: %s", reason)


if __name__ == "__main__":
    main()
