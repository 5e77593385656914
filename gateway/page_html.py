"""The HTML of a page, made from its file: the buyer's language, the current files, and data to begin with."""

import re

import orjson

from gateway.http_json import Json

_HEAD = "<title>Cinema</title>"
_LANGUAGE = '<html lang="pt-BR">'
_TEXTS = re.compile(r'(?<=href="/static/)pt(?=(-order)?\.js")')
_STATIC = '"/static/'
_FIRST_LOOK = '<div class="first-look">'
_DATA = '<script type="application/json" id="data">'


def fill(
    template: str,
    language: str,
    revision: str,
    data: Json | orjson.Fragment | None,
    head: str,
    first_look: str = "",
) -> str:
    """The file with its slots filled; without data the slot for it stays empty. `head` and `first_look` are HTML."""
    html = (
        _TEXTS.sub(language[:2], template)
        .replace(_LANGUAGE, f'<html lang="{language}">', 1)
        .replace(_STATIC, f"{_STATIC}{revision}/")
        .replace(_FIRST_LOOK, _FIRST_LOOK + first_look, 1)
        .replace(_HEAD, head, 1)
    )
    return html if data is None else html.replace(_DATA, _DATA + _data_block(data), 1)


def _data_block(data: Json | orjson.Fragment) -> str:
    """JSON that cannot end the element it stands in, nor begin anything in it."""
    return orjson.dumps(data).decode().replace("<", "\\u003c")
