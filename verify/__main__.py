"""Compares what Redis, Kafka and the ledger have with each other, and changes nothing.

Exits with 0: all is right, 1: something is not, 2: it could not be checked.
"""

import argparse
import asyncio
import sys

from booking.dataset_files import DatasetFiles
from cinema import logs
from cinema.redis_connection import REDIS_ERRORS, connected
from cinema.retry import brief
from cinema.service import CannotStart
from cinema.settings import WrongSettings, read
from notifications.kafka_clients import silence_library
from verify.audit import CannotVerify, verify
from verify.findings import Findings
from verify.settings import VerifySettings

_NOT_CHECKED = 2


async def findings_of(settings: VerifySettings) -> Findings:
    """Raises CannotVerify."""
    try:
        async with connected(settings) as redis:
            return await verify(settings, redis)
    except CannotStart as reason:
        raise CannotVerify(str(reason)) from None
    except REDIS_ERRORS as error:
        redis_name = DatasetFiles(settings.secrets_dir, settings.redis_url).redis
        raise CannotVerify(f"Redis {redis_name} cannot be read: {brief(error)}") from None


def main() -> int:
    """The exit status."""
    argparse.ArgumentParser(prog="python -m verify", description=__doc__).parse_args()
    try:
        settings = read(VerifySettings)
        logs.configure("verify", settings.log_level)
        silence_library()
        findings = asyncio.run(findings_of(settings))
    except (WrongSettings, CannotVerify) as reason:
        sys.stderr.write(f"verify: {reason}\n")
        return _NOT_CHECKED
    sys.stdout.write("\n".join(findings.lines()) + "\n")
    return findings.status


if __name__ == "__main__":
    sys.exit(main())
