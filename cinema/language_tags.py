"""The languages that buyers are spoken to in, as BCP 47 tags."""

from typing import Literal, get_args

LanguageTag = Literal["pt-BR", "en", "es"]

LANGUAGES: tuple[str, ...] = get_args(LanguageTag)
DEFAULT: LanguageTag = "pt-BR"


def known(tag: str) -> str:
    """The tag itself, or the default one where it is none of these."""
    return tag if tag in LANGUAGES else DEFAULT
