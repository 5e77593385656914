"""What looks wrong is read again, a few times: the system sells while the audit reads."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from verify.findings import Fault, Findings, Look
from verify.reading import in_batches

_PAUSES = (0.1, 0.4, 1.0)  # seconds before each further look
_MOST_SUSPECTS = 1_000
_UNITS_AT_ONCE = 100


class Checker(Protocol):
    async def look(self, units: Sequence[str]) -> Look: ...


class SecondLook:
    """A fault that each of the looks shows is one."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._suspects: dict[Checker, set[Fault]] = defaultdict(set)

    async def look(self, checker: Checker, units: Sequence[str]) -> None:
        look = await checker.look(units)
        self._findings.checked.update(look.checked)
        self._findings.unchecked += look.unchecked
        self._suspects[checker] |= look.faults
        if len(self._suspects[checker]) >= _MOST_SUSPECTS:
            await self.settle()

    async def settle(self) -> None:
        """Looks again at all that seemed wrong."""
        for pause in _PAUSES:
            if any(self._suspects.values()):
                await asyncio.sleep(pause)
            for checker, faults in self._suspects.items():
                units = sorted({fault.unit for fault in faults})
                again: set[Fault] = set()
                for some in in_batches(units, _UNITS_AT_ONCE):
                    again |= (await checker.look(some)).faults
                faults.intersection_update(again)
        for faults in self._suspects.values():
            self._findings.add(faults)
        self._suspects.clear()
