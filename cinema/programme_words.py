"""Translates the programme's Portuguese words for a session's sound and room.

The tables `[audio]`, `[audio_tag]` and `[room]` of templates/<language>.toml serve page and mails.
Unknown words are shown as the programme has them.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

TEMPLATES = Path(__file__).parent.parent / "templates"

_JOINTS = re.compile(r"\s*[,;+/]\s*(?:com\s+)?|\s+(?:com|e)\s+")
_NUMBERED_ROOM = re.compile(r"sala (\d{1,3}|[A-Z])", re.IGNORECASE)


class ProgrammeWords:
    """Of one language."""

    def __init__(self, tag: str) -> None:
        texts = texts_in(tag)
        self._audio: dict[str, str] = texts["audio"]
        self._tags: dict[str, str] = texts["audio_tag"]
        self._room: str = texts["room"]["numbered"]

    def audio(self, words: str) -> str:
        """ "Dublado, com Libras" as "dubbed into Portuguese, with … (Libras)"."""
        known = [self._audio.get(part) for part in _parts(words)]
        return ", ".join(word for word in known if word) if all(known) else words

    def audio_tag(self, words: str) -> str:
        """An abbreviation, such as DUB; empty if there is none."""
        return " ".join(self._tags[part] for part in _parts(words) if part in self._tags)

    def room(self, name: str) -> str:
        """ "Sala 1" as "Screen 1"; a room with a name of its own keeps it."""
        numbered = _NUMBERED_ROOM.fullmatch(name)
        return self._room.format(number=numbered[1]) if numbered else name


@lru_cache
def texts_in(tag: str) -> dict[str, dict[str, str]]:
    """All texts of templates/<language>.toml, by section and name."""
    return tomllib.loads((TEMPLATES / f"{tag}.toml").read_text(encoding="utf-8"))


@lru_cache
def words_in(tag: str) -> ProgrammeWords:
    return ProgrammeWords(tag)


def _parts(words: str) -> list[str]:
    """Splits lists: "Português com audiodescrição" is "português" and "audiodescrição"."""
    return _JOINTS.split(normalize("NFC", words).casefold().strip())
