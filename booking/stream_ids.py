"""The ids of a Redis stream's entries as what they mean."""


def parse_age(entry_id: str) -> tuple[int, int]:
    """Redis' time in ms of the entry, and its place within that."""
    at_ms, _, place = entry_id.partition("-")
    return int(at_ms), int(place)


class NewestEvents(dict[str, str]):
    """By stream the id of the youngest event that this process knows of: read, or written by itself."""

    def note(self, stream: str, entry_id: str) -> None:
        known = self.get(stream)
        if known is None or parse_age(known) < parse_age(entry_id):
            self[stream] = entry_id
