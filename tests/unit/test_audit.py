"""`make audit`: a known vulnerability fails it, an advisory source that is away does not."""

import json
import logging
import subprocess
from typing import Any

import pytest

from checks import audit

REPORT = {
    "dependencies": [
        {"name": "redis", "version": "8.1.0", "vulns": []},
        {
            "name": "jinja2",
            "version": "3.1.5",
            "vulns": [
                {"id": "PYSEC-1", "aliases": ["CVE-2025-27516"], "fix_versions": ["3.1.6"]},
                {"id": "GHSA-2", "aliases": [], "fix_versions": []},
            ],
        },
    ]
}


def answers(reports: list[dict[str, Any] | None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_ask", lambda _: reports.pop(0))


def test_each_vulnerability_is_a_line_and_the_audit_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers([None, REPORT], monkeypatch)
    with pytest.raises(SystemExit) as end:
        audit.main()
    assert end.value.code == 1
    assert caplog.messages == [
        "jinja2 3.1.5: CVE-2025-27516, fixed in 3.1.6",
        "jinja2 3.1.5: GHSA-2, fixed in no version",
    ]


def test_a_mirror_without_advisories_is_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def runs(report: object) -> None:
        done = subprocess.CompletedProcess([], 0, json.dumps(report), "")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)

    skipped = {"name": "redis", "skip_reason": "not found and could not be audited"}
    runs({"dependencies": [skipped, skipped]})
    assert audit._ask("pypi") is None
    runs(REPORT)
    assert audit._ask("pypi") == REPORT


def test_without_an_advisory_source_one_line_says_so_and_the_audit_passes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    answers([None, None], monkeypatch)
    audit.main()
    assert caplog.messages == [
        "no advisory source can be reached: the packages are not audited",
    ]
