"""The figures of a run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table

from tests.crowd.load import Attempt, Call, Outcome

Row = tuple[Outcome, str]  # an outcome and why


def figures(attempts: Sequence[Attempt], seconds: Mapping[Call, float]) -> Table:
    """A column for each call, of which `seconds` says how long its requests took together."""
    calls = [call for call in Call if any(attempt.call is call for attempt in attempts)]
    by_call = {call: [a for a in attempts if a.call is call] for call in calls}
    table = Table("", *calls)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in _outcomes(attempts):
        table.add_row(" ".join(row), *(_count(by_call[call], row) for call in calls))
    table.add_section()
    table.add_row("requests/s", *(f"{len(by_call[c]) / seconds[c]:,.0f}" for c in calls))
    for name, part in (("p50", 0.50), ("p99", 0.99)):
        table.add_row(f"{name} ms", *(f"{_quantile(by_call[c], part) * 1000:.1f}" for c in calls))
    return table


def _outcomes(attempts: Iterable[Attempt]) -> list[Row]:
    order = list(Outcome)
    found = {(attempt.outcome, attempt.why) for attempt in attempts}
    return sorted(found, key=lambda row: (order.index(row[0]), row[1]))


def _count(attempts: Iterable[Attempt], row: Row) -> str:
    count = Counter((attempt.outcome, attempt.why) for attempt in attempts)[row]
    return f"{count:,}" if count else "–"


def _quantile(attempts: Sequence[Attempt], part: float) -> float:
    """The smallest of the times that at least this part of the requests stayed within."""
    times = sorted(attempt.seconds for attempt in attempts)
    return times[min(len(times) - 1, int(len(times) * part))]
