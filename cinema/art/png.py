"""A poster as PNG, for previews of links and mails, which show no SVG."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from cinema.art.lettering import FONT_FILE
from cinema.art.poster import Poster
from cinema.art.shapes import Circle

_FINER = 2  # antialiasing: drawn at this multiple of the size, then reduced
_COLOURS = 128


def png(poster: Poster, width: int) -> bytes:
    """Takes some ten milliseconds. Omits a title with letters that our font lacks."""
    scale = width / poster.width * _FINER
    size = (round(poster.width * scale), round(poster.height * scale))
    picture = Image.new("RGB", size, poster.colours.near)
    draw = ImageDraw.Draw(picture)
    for shape in poster.scene:
        if isinstance(shape, Circle):
            reach = shape.radius * scale
            draw.circle((shape.x * scale, shape.y * scale), reach, fill=shape.colour)
        else:
            draw.polygon([(x * scale, y * scale) for x, y in shape.points], fill=shape.colour)
    if poster.title.is_ours:
        font = ImageFont.truetype(FONT_FILE, poster.title.size * scale)
        for line, (x, y) in poster.feet:
            draw.text((x * scale, y * scale), line, poster.colours.ink, font, anchor="ls")
    return _encoded(picture.resize((size[0] // _FINER, size[1] // _FINER), Image.Resampling.BOX))


def _encoded(picture: Image.Image) -> bytes:
    file = BytesIO()
    few = picture.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    return file.getvalue()
