"""The languages that buyers are spoken to in, as BCP 47 tags."""

LANGUAGES = ("pt-BR", "en", "es")
DEFAULT = LANGUAGES[0]
