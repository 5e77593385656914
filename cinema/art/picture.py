"""The programme's own picture of a film, converted to an upright JPEG of one size."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from cinema.art.poster import WIDE

SIZE = (480, 720)  # sharp at the largest size on a page
KINDS = ("JPEG", "PNG", "WEBP")

_MOST_BYTES = 8_000_000
_MOST_PIXELS = 40_000_000  # three bytes of memory each while it is read
_QUALITY = 82
_DIM = 0.55


class NoPicture(Exception):
    """The text gives the reason, in Portuguese."""


@dataclass(frozen=True)
class Picture:
    """`version` is a hash of the picture; `jpeg` has SIZE."""

    version: str
    jpeg: bytes


def read_picture(path: Path) -> Picture:
    """Reads the file, which takes some tens of milliseconds. Raises NoPicture."""
    try:
        if not path.is_file():
            raise NoPicture(f"não há arquivo {path.name!r} ao lado da programação")
        if path.stat().st_size > _MOST_BYTES:
            raise NoPicture(f"{path.name!r} tem mais de {_MOST_BYTES // 1_000_000} MB")
        jpeg = _upright(path)
    except UnidentifiedImageError:
        raise NoPicture(f"{path.name!r} não é uma imagem JPEG, PNG ou WebP") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        # Pillow's many exceptions for a truncated or corrupt picture.
        raise NoPicture(f"{path.name!r} não pode ser lido como imagem") from None
    return Picture(hashlib.sha256(jpeg).hexdigest()[:16], jpeg)


def wide_picture(jpeg: bytes) -> bytes:
    """A JPEG for previews of links: the whole picture, on a dim and blurred copy of itself."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        small = ImageOps.fit(picture, (WIDE[0] // 8, WIDE[1] // 8))
        ground = small.filter(ImageFilter.GaussianBlur(6)).resize(WIDE)
        ground = Image.eval(ground, lambda level: round(level * _DIM))
        front = ImageOps.contain(picture, WIDE)
        ground.paste(front, ((WIDE[0] - front.width) // 2, 0))
        return _jpeg(ground)


def small_picture(jpeg: bytes, width: int) -> bytes:
    """A JPEG of that width."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        return _jpeg(picture.resize((width, round(picture.height * width / picture.width))))


def _upright(path: Path) -> bytes:
    with Image.open(path, formats=KINDS) as picture:
        if picture.width * picture.height > _MOST_PIXELS:
            raise NoPicture(f"{path.name!r} tem mais de {_MOST_PIXELS // 1_000_000} megapixels")
        picture.draft("RGB", SIZE)  # decodes a JPEG at a lower resolution if that suffices
        turned = ImageOps.exif_transpose(picture).convert("RGB")
        return _jpeg(ImageOps.fit(turned, SIZE))


def _jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return file.getvalue()
