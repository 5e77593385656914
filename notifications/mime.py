"""Writes MIME parts as bytes (RFC 2045 to 2047, 2183). The email package would parse them again.

Every body is quoted-printable or base64. `=_` occurs in neither, so no body contains a boundary
that begins with it (RFC 2045, section 6.7). All of it is ASCII, in lines of 76 characters at most,
except for the headers given.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterable, Sequence

_CRLF = b"\r\n"
_UNQUOTABLE = re.compile(r"[^ !#-\[\]-~]")


def text(subtype: str, content: str, language: str) -> bytes:
    """`language`: a tag for Content-Language (RFC 3282)."""
    lines = _CRLF.join([*content.encode().splitlines(), b""])
    headers = (
        f'Content-Type: text/{subtype}; charset="utf-8"',
        f"Content-Language: {language}",
        "Content-Transfer-Encoding: quoted-printable",
    )
    return block(headers) + _CRLF + b2a_qp(lines)


def file(content_type: str, disposition: str, content: bytes, headers: Iterable[str] = ()) -> bytes:
    own = (
        f"Content-Type: {content_type}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition}",
    )
    return block((*own, *headers)) + _CRLF + encodebytes(content).replace(b"\n", _CRLF)


def multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """`boundary`: unique within the mail, at most 68 of RFC 2046's characters."""
    header = block([f'Content-Type: multipart/{subtype}; boundary="=_{boundary}"'])
    delimiter = f"--=_{boundary}".encode("ascii")
    body = b"".join(delimiter + _CRLF + part + _CRLF for part in parts)
    return header + _CRLF + body + delimiter + b"--" + _CRLF


def quotable(text: str) -> str:
    """The text with an underscore for each character that a quoted string cannot have unescaped."""
    return _UNQUOTABLE.sub("_", text)


def block(headers: Iterable[str]) -> bytes:
    """Raises UnicodeEncodeError if a header is not ASCII."""
    return "".join(f"{header}\r\n" for header in headers).encode("ascii")
