"""A verdict for people."""

from collections.abc import Iterator

from tests.histories.check import Verdict

VIOLATIONS_SHOWN = 10


def figures(verdict: Verdict) -> str:
    lost = "?" if verdict.lost is None else f"{verdict.lost:,}"
    return (
        f"{verdict.lines:,} lines, {verdict.calls:,} calls, {verdict.events:,} events, "
        f"{verdict.acknowledged:,} orders acknowledged, {lost} lost, "
        f"{verdict.doubled:,} doubled"
    )


def excerpts(verdict: Verdict) -> Iterator[str]:
    """Each violation with the lines that show it, the shortest first, and how many there are."""
    shortest = sorted(verdict.violations, key=lambda violation: len(violation.excerpt))
    for violation in shortest[:VIOLATIONS_SHOWN]:
        yield str(violation)
        for line in violation.excerpt:
            yield f"    {line.number or ''}: {line.to_json()}"
    if len(shortest) > VIOLATIONS_SHOWN:
        yield f"and {len(shortest) - VIOLATIONS_SHOWN:,} more"
