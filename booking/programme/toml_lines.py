"""The line of every key and of every array element in a TOML text.

`tomllib` forgets positions, but a fault that is found after parsing needs its line. This reads
texts that `tomllib` has accepted, so it only finds where things begin and end.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''
      (?P<string>"""(?:\\.|(?!""")[^\\])*"""(?:"{0,2})  # may end with up to five quotes
                |\'\'\'(?:(?!\'\'\').)*\'\'\'(?:'{0,2})
                |"(?:\\.|[^"\\\n])*"
                |'[^'\n]*')
    | (?P<comment>\#[^\n]*)
    | (?P<newline>\n)
    | (?P<space>[^\S\n]+)
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\s"'\#\[\]{}=,.]+)
    ''',
    re.DOTALL | re.VERBOSE,
)
_END = "\n"


class _Token(NamedTuple):
    text: str
    line: int


def find_lines(text: str) -> dict[Path, int]:
    """The line, from 1, of each key and element by its path, such as `("salas", 0, "fileiras", 3)`.

    The line of an element of an array of tables is its `[[header]]`'s.
    """
    return _Scanner(text).scan()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, else of the nearest container, else the first."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}  # how many elements an array of tables has so far

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._at < len(self._tokens):
            if self._peek() == _END:
                self._next()
            elif self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        line = self._next().line
        is_element = self._take_if("[")
        path: Path = ()
        for key in self._keys():
            path = (*self._current(path), key)
        self._next()
        if is_element:
            self._next()
            self._elements[path] = self._elements.get(path, 0) + 1
            self._lines.setdefault(path, line)
        path = self._current(path)
        self._lines[path] = line
        return path

    def _current(self, path: Path) -> Path:
        """The path of an array of tables means its last element."""
        count = self._elements.get(path, 0)
        return (*path, count - 1) if count else path

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at].line
        path = table
        for key in self._keys():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._next()  # "="
        self._value(path)

    def _keys(self) -> Iterator[str]:
        yield _plain(self._next().text)
        while self._take_if("."):
            yield _plain(self._next().text)

    def _value(self, path: Path) -> None:
        if self._take_if("["):
            self._array(path)
        elif self._take_if("{"):
            self._inline_table(path)
        else:
            while self._peek() not in (_END, ",", "]", "}"):
                self._next()

    def _array(self, path: Path) -> None:
        index = 0
        while not self._take_if("]"):
            if self._peek() in (_END, ","):
                self._next()
                continue
            self._lines[(*path, index)] = self._tokens[self._at].line
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        while not self._take_if("}"):
            if self._peek() in (_END, ","):
                self._next()
            else:
                self._pair(path)

    def _peek(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else _END

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _take_if(self, text: str) -> bool:
        taken = self._peek() == text
        self._at += taken
        return taken


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in ("space", "comment"):
            yield _Token(match[0], line)
        line += match[0].count("\n")


def _plain(key: str) -> str:
    """A key without quotes."""
    if key[0] not in "\"'":
        return key
    return str(tomllib.loads(f"key = {key}")["key"])
