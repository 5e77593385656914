"""What each guard runs, and how its tool gets here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from deploy import ROOT, commands, node

HERE = Path(__file__).parent
CACHE = ROOT / "var" / "cache" / "checks"
INSTALL_SECONDS = 600

Command = Sequence[str | Path]


class Verdict(NamedTuple):
    passed: bool
    output: str


def guards() -> dict[str, Command]:
    """The command of each guard by its name; all run in the root of the clone."""
    return {
        "mypy": _module("mypy", "."),
        "ruff": _module("ruff", "check", "."),
        "ruff-format": _module("ruff", "format", "--check", "."),
        "imports": [_beside_python("lint-imports"), "--no-logo"],
        "tsc": _node_package("typescript/bin/tsc", "--project", "tsconfig.json"),
        "biome": _node_package(
            "@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "--colors=off"
        ),
        "luacheck": ["luacheck", "--quiet", "--no-color", "lua"],
        "shellcheck": [_beside_python("shellcheck"), "deploy/setup.sh", ".ci/run"],
        "links": _module("checks.links"),
        "columns": _module("checks.columns"),
    }


def run(command: Command, folder: Path = ROOT) -> Verdict:
    done = subprocess.run(  # noqa: S603 - the commands above
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Verdict(done.returncode == 0, done.stdout)


def install() -> None:
    """What pip does not bring. Raises CommandFailed, PackageMissing."""
    with node.alone_in(CACHE):
        node.install(node.find(), HERE, CACHE, "TypeScript and Biome")
    if not shutil.which("luacheck"):
        _install_luacheck()


def _install_luacheck() -> None:
    if os.geteuid() or not shutil.which("apt-get"):
        raise commands.CommandFailed(
            "luacheck is missing: apt install lua-check, or brew install luacheck"
        )
    quiet = ["apt-get", "-qq", "-y"]
    commands.run([*quiet, "update"], timeout=INSTALL_SECONDS)
    install = [*quiet, "install", "--no-install-recommends", "lua-check"]
    commands.run(install, timeout=INSTALL_SECONDS)


def _module(*words: str) -> Command:
    return [sys.executable, "-m", *words]


def _beside_python(program: str) -> Path:
    return Path(sys.executable).parent / program


def _node_package(script: str, *words: str) -> Command:
    return [node.find().node, CACHE / "node_modules" / script, *words]
