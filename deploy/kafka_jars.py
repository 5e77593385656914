"""The broker's jars: jgo fetches them once, and a committed list of checksums verifies them.

They are in var/cache/kafka, inside the clone: deleting the clone deletes them, too. jgo's own store
in the home folder is shared by all clones; the files here are links into it.
"""

import argparse
import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from cinema.file_lock import FileLock
from cinema.private_folders import make_private
from deploy import ROOT, commands

WANTED = ROOT / "deploy" / "kafka" / "jgo.toml"
LOCK = ROOT / "deploy" / "kafka" / "jars.sha256"
CACHE = ROOT / "var" / "cache" / "kafka"
FETCH_SECONDS = 300
_WAIT_SECONDS = 2 * FETCH_SECONDS  # another process fetches twice at most
_POLL_SECONDS = 0.2

log = logging.getLogger(__name__)


class JarsMissing(Exception):
    """The jars cannot be fetched. The text is one line."""


def ensure(cache: Path = CACHE) -> list[Path]:
    """The verified jars, in class-path order; fetches missing ones. Raises JarsMissing.

    A jar that differs from the lock file is never used: all are fetched once more, without jgo's
    shared store, before that is an error. Concurrent callers wait for the one that is fetching.
    """
    locked = read_lock()
    with _alone_with(cache):
        if _faults(cache, locked):
            _mend(cache, locked)
        return _paths(cache, locked)


def _mend(cache: Path, locked: Mapping[str, str]) -> None:
    _fetch(cache)
    if _faults(cache, locked):
        _fetch(cache, "--repo-cache", str(cache / "repository"))
    faults = _faults(cache, locked)
    if faults:
        raise JarsMissing(f"{faults[0]} (as {LOCK.name} has it)")


@contextmanager
def _alone_with(cache: Path) -> Iterator[None]:
    make_private(cache.parent)
    with closing(FileLock(cache.with_suffix(".busy"))) as lock:
        try:
            lock.acquire(_WAIT_SECONDS, _POLL_SECONDS)
        except TimeoutError as late:
            raise JarsMissing(str(late)) from None
        yield


def read_lock() -> dict[str, str]:
    """SHA-256 by file name, from lines as `sha256sum` writes them."""
    lines = LOCK.read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def write_lock(cache: Path = CACHE) -> int:
    """Fetches what jgo.toml names, writes the lock file, and returns the number of jars."""
    _fetch(cache)
    found = _found(cache)
    lines = [f"{_digest(found[name])}  {name}\n" for name in sorted(found)]
    LOCK.write_text("".join(lines), encoding="ascii")
    return len(lines)


def _fetch(cache: Path, *options: str) -> None:
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)
    jgo = [sys.executable, "-m", "jgo", "--ignore-config", "--resolver", "python"]
    # In the folder of its jgo.toml, jgo sorts the jars into two folders without hashes in their
    # names.
    shutil.copy(WANTED, cache)
    try:
        commands.run(
            [*jgo, *options, "--cache-dir", str(cache.resolve()), "sync"],
            cwd=cache,
            timeout=FETCH_SECONDS,
            env=_environment(os.environ),
        )
    except commands.CommandFailed as reason:
        raise JarsMissing(f"the download failed ({reason})") from None


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    # A user's JGO_* variables may name other folders or repositories.
    return {name: value for name, value in inherited.items() if not name.startswith("JGO_")}


def _found(cache: Path) -> dict[str, Path]:
    # jgo sorts the jars into two folders; the class path has both.
    return {
        jar.name: jar for folder in ("jars", "modules") for jar in (cache / folder).glob("*.jar")
    }


def _paths(cache: Path, locked: Mapping[str, str]) -> list[Path]:
    found = _found(cache)
    return [found[name] for name in locked]


def _faults(cache: Path, locked: Mapping[str, str]) -> list[str]:
    found = _found(cache)
    missing = [f"{name} is missing" for name in locked if name not in found]
    unknown = [f"{name} is not in the list" for name in found if name not in locked]
    wrong = [
        f"{name} has another checksum"
        for name, jar in found.items()
        if name in locked and _digest(jar) != locked[name]
    ]
    return wrong + unknown + missing


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Fetch the local Kafka's jars and verify them.")
    parser.add_argument("--lock", action="store_true", help="write a new list of checksums")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        number = write_lock() if arguments.lock else len(ensure())
    except JarsMissing as reason:
        sys.exit(f"Kafka's jars: {reason}")
    log.info("%d jars in %s", number, CACHE)


if __name__ == "__main__":
    main()
