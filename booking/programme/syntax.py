"""From a programme's text to its tables: TOML's own faults, in Portuguese, with their line.

Common typing mistakes get advice: dates as editors and keyboards write them, and typographic
quotes.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

START_FORMAT = "2026-12-13T17:45:00, ou só a hora, como 17:45:00"
_TOML_PLACE = re.compile(r"(?P<what>.*) \(at (line (?P<line>\d+), column (?P<column>\d+)|end.*)\)")
_MANY_DIGITS = re.compile(r"[0-9_]{4300,}")
_START = re.compile(r"""\s*["']?inicio["']?\s*=\s*(?P<value>[^#\n]*)""")
_QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb\u2033\u00b4`"
_TYPOGRAPHIC = re.compile(rf"(^|[=\[,{{])\s*[{_QUOTES}]")


class Fault(NamedTuple):
    line: int  # from 1
    message: str


class FaultyProgrammeError(Exception):
    """All faults, in the order of their lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("; ".join(f"{fault.line}: {fault.message}" for fault in self.faults))


def parse(text: str) -> dict[str, object]:
    """Raises FaultyProgrammeError."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise FaultyProgrammeError([Fault(1, "estrutura aninhada demais")]) from None
    except tomllib.TOMLDecodeError as error:
        raise FaultyProgrammeError([_syntax_fault(text, str(error))]) from None
    except ValueError:  # Python's own limit on the digits of a number
        digits = _MANY_DIGITS.search(text)
        line = text.count("\n", 0, digits.start() if digits else 0) + 1
        raise FaultyProgrammeError([Fault(line, "sintaxe: número grande demais")]) from None


def _syntax_fault(text: str, error: str) -> Fault:
    match = _TOML_PLACE.fullmatch(error)
    what = match["what"] if match else error
    known = next((ours for theirs, ours in _SYNTAX.items() if what.startswith(theirs)), None)
    message = f"sintaxe: {known or 'não é TOML válido'}"
    if not match or not match["line"]:
        return Fault(text.rstrip("\n").count("\n") + 1, message)
    line = int(match["line"])
    advice = _advice(text.split("\n")[line - 1])
    return Fault(line, f"{message} (coluna {match['column']}){advice and f'; {advice}'}")


def _advice(line: str) -> str:
    """What the author probably meant; empty if unclear."""
    if _TYPOGRAPHIC.search(line):
        return 'os textos ficam entre aspas retas, como "Sala 1", e não entre aspas curvas'
    start = _START.match(line)
    if not start or start["value"].lstrip()[:1] in ('"', "'"):
        return ""
    if "24:00" in start["value"]:
        return "a meia-noite é 00:00:00 do dia seguinte, como 2026-12-14T00:00:00"
    return f"o início se escreve {START_FORMAT}, com os segundos e sem aspas"


_SYNTAX: Mapping[str, str] = {
    "Expected '=' after a key": "falta o sinal = depois da chave",
    "Expected newline or end of document": "sobra texto depois do valor",
    "Invalid statement": "não é uma chave nem uma tabela",
    "Invalid initial character for a key": "chave inválida",
    "Invalid value": "valor inválido",
    "Invalid date or datetime": "data ou hora inválida",
    "Invalid hex value": "código de caractere inválido",
    "Unescaped '\\'": "barra invertida inválida",
    "Unclosed array": "lista sem o ] final",
    "Unclosed inline table": "tabela sem o } final",
    "Unterminated string": "texto sem as aspas finais",
    'Expected "\'"': "texto sem as aspas finais",
    "Illegal character": "caractere proibido, ou texto sem as aspas finais",
    "Expected ']": "falta o ] do título",
    "Cannot overwrite a value": "chave repetida",
    "Duplicate inline table key": "chave repetida",
    "Cannot declare": "tabela repetida",
    "Cannot mutate": "tabela repetida",
}
