"""A PDF (ISO 32000-1) of words in the readers' own fonts and pictures in black and white: what a ticket needs.

Nothing is embedded, so only what Windows' Latin encoding has can be written: `writable` says what is left of a text.
"""

import unicodedata
import zlib
from enum import StrEnum

_ENCODING = "cp1252"
_ESCAPED = str.maketrans({"\\": "\\\\", "(": "\\(", ")": "\\)"})


class Font(StrEnum):
    """As the standard names them, by the names that pages know them by."""

    PLAIN = "Helvetica"
    BOLD = "Helvetica-Bold"
    CODE = "Courier-Bold"


class Page:
    """Of so many points (1/72 inch). `y` is measured from its lower edge."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.content: list[bytes] = []
        self.pictures: list[tuple[bytes, int]] = []  # rows of bits, and their side

    def text(self, x: float, y: float, size: int, font: Font, words: str) -> None:
        shown = writable(words).translate(_ESCAPED)
        line = f"BT /{font.name} {size} Tf {x:g} {y:g} Td ({shown}) Tj ET"
        self.content.append(line.encode(_ENCODING))

    def square(self, x: float, y: float, size: float, code: int, side: int) -> None:
        """A picture of `side` times `side` bits, the first one the highest; those that are set are black."""
        width = -(-side // 8)
        rows = (code >> side * (side - 1 - row) & (1 << side) - 1 for row in range(side))
        bits = b"".join((row << width * 8 - side).to_bytes(width, "big") for row in rows)
        name = f"P{len(self.pictures)}"
        self.pictures.append((bits, side))
        self.content.append(f"q {size:g} 0 0 {size:g} {x:g} {y:g} cm /{name} Do Q".encode())


def writable(text: str) -> str:
    """Without accents where the letter is known without, without the letter where it is not; in one line."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(map(_known, line)).strip()


def _known(letter: str) -> str:
    for form in (letter, unicodedata.normalize("NFKD", letter)[:1]):
        if form.encode(_ENCODING, "ignore") and form.isprintable():
            return form
    return ""


def document(title: str, language: str, pages: list[Page]) -> bytes:
    objects = _Objects()
    catalog, tree = objects.reserve(), objects.reserve()
    fonts = " ".join(f"/{font.name} {objects.add(_font(font))} 0 R" for font in Font)
    kids = [_add_page(objects, page, tree, fonts) for page in pages]
    objects.put(tree, f"<< /Type /Pages /Kids [{_references(kids)}] /Count {len(kids)} >>".encode())
    objects.put(catalog, f"<< /Type /Catalog /Pages {tree} 0 R /Lang ({language}) >>".encode())
    named = f"({writable(title).translate(_ESCAPED)})".encode(_ENCODING)
    return objects.file(catalog, objects.add(b"<< /Title " + named + b" >>"))


def _font(font: Font) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>".encode()
    )


def _add_page(objects: "_Objects", page: Page, tree: int, fonts: str) -> int:
    pictures = " ".join(
        f"/P{number} {objects.add(_picture(*picture))} 0 R"
        for number, picture in enumerate(page.pictures)
    )
    content = objects.add(_stream("", b"\n".join(page.content)))
    return objects.add(
        f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {page.width} {page.height}] /Contents {content} 0 R "
        f"/Resources << /Font << {fonts} >> /XObject << {pictures} >> >> >>".encode()
    )


def _picture(bits: bytes, side: int) -> bytes:
    facts = (
        f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceGray "
        "/BitsPerComponent 1 /Decode [1 0]"
    )
    return _stream(facts, bits)


def _stream(facts: str, content: bytes) -> bytes:
    packed = zlib.compress(content, 3)
    head = f"<< {facts} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def _references(numbers: list[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)


class _Objects:
    """By their numbers, from 1."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    def reserve(self) -> int:
        return self.add(b"")

    def add(self, body: bytes) -> int:
        self._bodies.append(body)
        return len(self._bodies)

    def put(self, number: int, body: bytes) -> None:
        self._bodies[number - 1] = body

    def file(self, root: int, info: int) -> bytes:
        parts = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"]
        places, place = [], len(parts[0])
        for number, body in enumerate(self._bodies, start=1):
            places.append(place)
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
            place += len(parts[-1])
        table = b"".join(b"%010d 00000 n \n" % one for one in places)
        count = len(places) + 1
        return b"".join(
            (
                *parts,
                b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, table),
                b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (count, root, info),
                b"startxref\n%d\n%%%%EOF\n" % place,
            )
        )
