"""The lock files are those of `make lock`: what is named is locked, with hashes and no address."""

import json
import re
from pathlib import Path

import pytest

from deploy import ROOT

PYTHON = ("requirements", "requirements-dev", "deploy/requirements-local")
NODE = ("deploy/bundler", "checks")


def named(file: Path) -> dict[str, str]:
    """Version by name, without extras."""
    text = file.read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([^\s;]+)", text, re.M))


@pytest.mark.parametrize("name", PYTHON)
def test_every_named_package_is_locked_in_its_version(name: str) -> None:
    wanted, locked = named(ROOT / f"{name}.in"), named(ROOT / f"{name}.txt")
    assert wanted
    assert {name: locked.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("name", PYTHON)
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[\w-])", text, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_tests_and_services_run_on_the_same_versions() -> None:
    services, tests = (named(ROOT / f"{name}.txt") for name in PYTHON[:2])
    assert {name: tests[name] for name in services} == services


@pytest.mark.parametrize("folder", NODE)
def test_the_packages_of_node_are_locked_with_hashes_and_no_address(folder: str) -> None:
    wanted = json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    assert locked.pop("")["dependencies"] == wanted
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert not [package for package in locked.values() if "resolved" in package]
