"""Runs other programs to their end, without showing their output."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LONGEST_REASON = 200


class CommandFailed(Exception):
    """The program failed, was too slow or does not exist. The text is one line."""


def run(
    command: Sequence[str],
    *,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Runs it without input, and returns its output. Raises CommandFailed."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"no end after {timeout:g} s") from None
    except OSError as error:
        raise CommandFailed(str(error)) from None
    if done.returncode:
        raise CommandFailed(_last_line(done.stdout) or f"exit status {done.returncode}")
    return done.stdout


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:LONGEST_REASON] if lines else ""
