"""The languages that buyers are spoken to in, as BCP 47 tags."""

from typing import Literal, get_args

LanguageTag = Literal["pt-BR", "en", "es"]

LANGUAGES: tuple[str, ...] = get_args(LanguageTag)
DEFAULT: LanguageTag = "pt-BR"
