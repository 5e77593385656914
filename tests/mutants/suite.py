"""Runs tests against changed code, in a child of this process or in a copy of the project."""

import gc
import importlib
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from cinema import lua_scripts
from deploy import ROOT, commands
from tests import conftest

GIT_SECONDS, TEST_SECONDS, STOP_SECONDS = 60, 240, 30
# It measures the memory of a Redis that other tests have used, too.
_UNFIT = (
    "tests/integration/test_orders_of_before.py"
    "::test_an_order_takes_half_of_the_memory_that_it_took"
)
# It ends at the first failure, and prints the name of each test before it runs.
_OPTIONS = ("-v", "-x", "--color=no", "-pno:cacheprovider", f"--deselect={_UNFIT}")
_IN_A_CHILD = ("--assert=plain", "-pno:hypothesispytest")  # else both expect to be first
_BEGUN = re.compile(r"^(tests/\S+\.py::.+?)(?: (?:PASSED|FAILED|ERROR|SKIPPED|XFAIL).*)?$", re.M)
_LINKED = ("bundle", "var/cache")  # too large to copy, and only read


class Unsettled(Exception):
    """Neither passed nor failed: the tests did not run, or fail only now and then."""


class Suite(ABC):
    """`changed`: within its context the files have these texts."""

    def __init__(self) -> None:
        self._passes = cache(lambda test: not self._first_failure([test]))

    def noticed(self, texts: Mapping[str, str], tests: Sequence[str]) -> str:
        """The first test that fails if these files have these texts; empty if all pass.

        The test must fail twice with them, and pass without. Raises Unsettled.
        """
        with self.changed(texts):
            failed = self._first_failure(tests)
            if failed and self._first_failure([failed]) != failed:
                raise Unsettled(f"{failed} fails only now and then")
        if failed and not self._passes(failed):
            raise Unsettled(f"{failed} fails without the change, too")
        return failed

    def _first_failure(self, tests: Sequence[str]) -> str:
        """Also a test that has no end within TEST_SECONDS."""
        status, output = self._pytest([*_OPTIONS, *tests])
        begun = _BEGUN.findall(output)
        if not begun:
            raise Unsettled(f"{' '.join(tests)} did not run: {output[-1000:]}")
        return "" if status == 0 else str(begun[-1]).strip()

    @abstractmethod
    def changed(self, texts: Mapping[str, str]) -> AbstractContextManager[None]: ...

    @abstractmethod
    def _pytest(self, arguments: Sequence[str]) -> tuple[int | None, str]:
        """Its exit status and its output."""


class ForkedSuite(Suite):
    """For Lua scripts, and tests that start no service: this process has imported what they need.

    `folder` is for the scripts and the output.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._scripts, self._output = folder / "lua", folder / "output"
        shutil.copytree(lua_scripts.FOLDER, self._scripts)

    @contextmanager
    def changed(self, texts: Mapping[str, str]) -> Iterator[None]:
        unchanged, lua_scripts.FOLDER = lua_scripts.FOLDER, self._scripts
        names = [Path(file).name for file in texts]
        for name, text in zip(names, texts.values(), strict=True):
            (self._scripts / name).write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            lua_scripts.FOLDER = unchanged
            for name in names:
                shutil.copyfile(unchanged / name, self._scripts / name)

    def _pytest(self, arguments: Sequence[str]) -> tuple[int | None, str]:
        _import_plugins()
        child = multiprocessing.get_context("fork").Process(
            target=_pytest_here, args=([*_IN_A_CHILD, *arguments], self._output)
        )
        child.start()
        try:
            child.join(TEST_SECONDS)
        finally:
            if child.exitcode is None:
                child.terminate()  # it stops the servers that it has started
                child.join(STOP_SECONDS)
                child.kill()
                child.join()
        return child.exitcode, self._output.read_text(encoding="utf-8", errors="replace")


@cache
def _import_plugins() -> None:
    """Once, instead of in each child: they import all services."""
    for name in conftest.pytest_plugins:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a child would copy these pages


def _pytest_here(arguments: list[str], output: Path) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.chdir(ROOT)
    os.environ["CI"] = "1"  # a missing server fails a test, and skips none
    with output.open("w", encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        status = int(pytest.main(arguments))
    os._exit(status)


class ProjectCopy(Suite):
    """What git tracks, and the generated modules, in `folder`, for any test."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        listed = commands.run(["git", "ls-files"], timeout=GIT_SECONDS, cwd=ROOT)
        for name in [*listed.splitlines(), *(stub.name for stub in ROOT.glob("cinema_pb2*"))]:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
        for name in _LINKED:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).symlink_to(ROOT / name)

    @contextmanager
    def changed(self, texts: Mapping[str, str]) -> Iterator[None]:
        try:
            for name, text in texts.items():
                (self._folder / name).write_text(text, encoding="utf-8")
            yield
        finally:
            for name in texts:
                shutil.copyfile(ROOT / name, self._folder / name)

    def _pytest(self, arguments: Sequence[str]) -> tuple[int | None, str]:
        env = {**os.environ, "CI": "1"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=self._folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=TEST_SECONDS)
            except subprocess.TimeoutExpired:
                output = _stopped(process)
            except BaseException:
                _stopped(process)
                raise
            return process.returncode, output


def _stopped(process: "subprocess.Popen[str]") -> str:
    """What it has written; it stops the servers that it has started."""
    process.terminate()
    try:
        return process.communicate(timeout=STOP_SECONDS)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]
