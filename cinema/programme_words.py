"""What the programme says in Portuguese of a session, in the reader's language: its sound, and its room.

The table is `[audio]`, `[audio_tag]` and `[room]` of templates/<language>.toml, for page and mails alike. What is
not in it is shown as the programme has it.
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

    def audio(self, said: str) -> str:
        """ "Dublado, com Libras" as "dubbed into Portuguese, with Brazilian Sign Language (Libras)"."""
        known = [self._audio.get(part) for part in _parts(said)]
        return ", ".join(word for word in known if word) if all(known) else said

    def audio_tag(self, said: str) -> str:
        """A few capitals for it, such as DUB; empty where there are none."""
        return " ".join(self._tags[part] for part in _parts(said) if part in self._tags)

    def room(self, name: str) -> str:
        """ "Sala 1" as "Screen 1"; a room with a name of its own keeps it."""
        numbered = _NUMBERED_ROOM.fullmatch(name)
        return self._room.format(number=numbered[1]) if numbered else name


@lru_cache
def texts_in(tag: str) -> dict[str, dict[str, str]]:
    """All texts of a language that are not the page's own modules', by section and name."""
    return tomllib.loads((TEMPLATES / f"{tag}.toml").read_text(encoding="utf-8"))


@lru_cache
def words_in(tag: str) -> ProgrammeWords:
    return ProgrammeWords(tag)


def _parts(said: str) -> list[str]:
    """However it is written: "Português com audiodescrição" is "português" and "audiodescrição"."""
    return _JOINTS.split(normalize("NFC", said).casefold().strip())
