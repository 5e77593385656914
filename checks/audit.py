"""`python -m checks.audit`: are vulnerabilities known of the packages that the services run on?

pip-audit asks the advisory sources in turn. Where none can be reached, one line says so and the
check passes: a machine without the network must be able to run CI.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from cinema import logs
from deploy import ROOT

SOURCES = ("pypi", "osv")
SECONDS = 120

log = logging.getLogger("audit")


def main() -> None:
    logs.configure("audit")
    for source in SOURCES:
        report = _ask(source)
        if report is not None:
            sys.exit(_judge(report))
    log.warning("no advisory source can be reached: the packages are not audited")


def _ask(source: str) -> dict[str, Any] | None:
    """pip-audit's report. None: the source cannot be reached, or it knows none of the packages; a
    mirror without advisories does not.
    """
    command = [
        *(sys.executable, "-m", "pip_audit", "--vulnerability-service", source),
        *("--requirement", "requirements.txt", "--require-hashes", "--disable-pip"),
        *("--format", "json", "--progress-spinner", "off"),
    ]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        report: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return report if any(map(is_audited, report["dependencies"])) else None


def is_audited(package: Mapping[str, Any]) -> bool:
    return "skip_reason" not in package


def _judge(report: Mapping[str, Any]) -> int:
    faults = list(known_vulnerabilities(report))
    for fault in faults:
        log.error("%s", fault)
    audited = sum(map(is_audited, report["dependencies"]))
    number = len(report["dependencies"])
    log.info("%d of %d packages audited, %d vulnerabilities known", audited, number, len(faults))
    return bool(faults)


def known_vulnerabilities(report: Mapping[str, Any]) -> Iterator[str]:
    """Such as "jinja2 3.1.5: CVE-2025-27516, fixed in 3.1.6"."""
    for package in report["dependencies"]:
        for found in package.get("vulns", ()):
            versions = ", ".join(found["fix_versions"]) or "no version"
            name = next((a for a in found["aliases"] if a.startswith("CVE")), found["id"])
            yield f"{package['name']} {package['version']}: {name}, fixed in {versions}"


if __name__ == "__main__":
    main()
