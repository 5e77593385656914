"""Whether the answers fit the server's own map, and the figures for people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table

import cinema_pb2 as pb
from cinema.identity import owner_tag
from tests.crowd.load import Attempt, Call, Outcome

Row = tuple[Outcome, str]  # an outcome and why


def faults(attempts: Sequence[Attempt], answer: pb.MapaResponse, read_at: float) -> list[str]:
    """What the map contradicts, a sentence each; none is good.

    A seat has one owner: the buyer whose request won it. A request has all of its seats or none.
    The map was there at `read_at` (time.monotonic()): a hold may have ended before then.
    """
    states = {state.assento: state for state in answer.mapa.assentos}
    found = _promised_twice(attempts)
    for attempt in attempts:
        tag = owner_tag(answer.sessao.sessao_id, attempt.buyer)
        own = [seat for seat in attempt.seats if seat in states and states[seat].marca == tag]
        sold = [seat for seat in own if states[seat].estado == pb.StatusReserva.RESERVADO]
        found += _contradictions(attempt, own, sold, read_at)
    return found


def _promised_twice(attempts: Iterable[Attempt]) -> list[str]:
    owners: dict[str, set[str]] = {}
    for attempt in attempts:
        if attempt.outcome is Outcome.WON:
            for seat in attempt.seats:
                owners.setdefault(seat, set()).add(attempt.buyer)
    return [
        f"{seat} was promised to {len(buyers)} buyers: {', '.join(sorted(buyers))}"
        for seat, buyers in sorted(owners.items())
        if len(buyers) > 1
    ]


def _contradictions(
    attempt: Attempt, own: Sequence[str], sold: Sequence[str], read_at: float
) -> list[str]:
    """`own` and `sold` are those of the attempt's seats that the map says are this buyer's."""
    buyer, wanted = attempt.buyer, ", ".join(attempt.seats)
    match attempt.call, attempt.outcome:
        case Call.CONFIRM, Outcome.WON if len(sold) < len(attempt.seats):
            return [f"{buyer} has paid for {wanted}; sold to it: {', '.join(sold) or 'none'}"]
        case Call.HOLD, Outcome.WON if len(own) < len(attempt.seats) and read_at < attempt.until:
            return [f"{buyer} was granted {wanted}; on the map: {', '.join(own) or 'none'}"]
        case Call.HOLD, Outcome.UNKNOWN if 0 < len(own) < len(attempt.seats):
            return [f"{buyer} asked for {wanted} and has only {', '.join(own)}"]
        case Call.HOLD, (Outcome.REFUSED | Outcome.INVALID) if own:
            return [f"{buyer} was refused {wanted} and has {', '.join(own)} all the same"]
    return []


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
