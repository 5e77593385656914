"""The files of the page that name others, made whole: a browser learns of everything that it needs
at once.

A stylesheet contains the sheets that it imports. A page's HTML names the modules that the page
begins with as `modulepreload`; lines for everything that these import are added, with the
attributes of their entry.
"""

import re
from collections.abc import Callable, Iterator

TextOf = Callable[[str], str | None]  # a file by its name; None: there is none

_SHEET = re.compile(r'@import\s*"([\w-]+\.css)";\s*')
_ENTRY = re.compile(r'<link rel="modulepreload" href="/static/([\w-]+\.js)"([^>]*)>')
_IMPORT = re.compile(r'(?:from|import)\s*"\./([\w-]+\.js)"')


def whole_sheet(css: str, text_of: TextOf) -> str:
    return _SHEET.sub(lambda found: text_of(found[1]) or found[0], css)


def whole_page(html: str, text_of: TextOf) -> str:
    named: set[str] = set()

    def lines(entry: re.Match[str]) -> str:
        names = list(_with_imports(entry[1], text_of, named))
        return "".join(
            f'<link rel="modulepreload" href="/static/{name}"{entry[2]}>' for name in names
        )

    return _ENTRY.sub(lines, html)


def _with_imports(module: str, text_of: TextOf, named: set[str]) -> Iterator[str]:
    """A module and its static imports, each once in a page; dynamic imports are not among
    them."""
    if module in named:
        return
    named.add(module)
    yield module
    for name in _IMPORT.findall(text_of(module) or ""):
        yield from _with_imports(name, text_of, named)
