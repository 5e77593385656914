"""The youngest event of each stream that this process knows."""

from cinema.streams import parse_entry_id


class NewestEvents(dict[str, str]):
    """By stream the id of the youngest event that this process has read or written."""

    def note(self, stream: str, entry_id: str) -> None:
        known = self.get(stream)
        if known is None or parse_entry_id(known) < parse_entry_id(entry_id):
            self[stream] = entry_id
