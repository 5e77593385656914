"""Many times as three figures."""

from collections.abc import Sequence

from tests.bench.meter import quantile
from tests.bench.row import Figure, Figures


def times(name: str, seconds: Sequence[float]) -> Figures:
    """p50, p99 and the largest, in ms."""
    parts = {"p50": 0.5, "p99": 0.99, "most": 1.0}
    return {f"{name}_{part}": quantile(seconds, share) * 1_000 for part, share in parts.items()}


def time_figures(
    name: str, text: str, most: float | None = None, p99: float | None = None
) -> tuple[Figure, ...]:
    """What `times` gives under this name; `most` and `p99` are goals in ms."""
    return (
        Figure(f"{name}_p50", f"{text}: p50", unit="ms"),
        Figure(f"{name}_p99", f"{text}: p99", p99, unit="ms"),
        Figure(f"{name}_most", f"{text}: largest", most, unit="ms"),
    )
