"""The ids of a Redis stream's entries as what they mean."""


def parse_age(entry_id: str) -> tuple[int, int]:
    """Redis' time in ms of the entry, and its place within that."""
    at_ms, _, place = entry_id.partition("-")
    return int(at_ms), int(place)
