"""CI: one script, which needs nothing but the clone, and a workflow that runs it."""

import os
from typing import Any

import yaml

from deploy import ROOT


def script() -> str:
    return (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_script_needs_nothing_beside_the_clone() -> None:
    assert script().count("..") == 1  # it goes to the root of the clone
    assert os.access(ROOT / "deploy" / "setup.sh", os.X_OK)


def test_the_script_runs_every_guard_and_all_tests() -> None:
    for command in ("make check", "make audit", "make bench-quick", "make test"):
        assert command in script()


def test_the_workflow_runs_that_script() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    workflow: dict[str, Any] = yaml.safe_load(text)
    (job,) = workflow["jobs"].values()
    assert job["steps"][-1] == {"run": "bash .ci/run"}
