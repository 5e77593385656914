"""QR codes as pictures in a page."""

from base64 import b64encode
from io import BytesIO

from segno import QRCode


def svg_data_uri(code: QRCode) -> str:
    """Black on white with its quiet zone, whatever colours the page has, in whatever size the page gives it."""
    picture = BytesIO()
    code.save(
        picture,
        kind="svg",
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return f"data:image/svg+xml;base64,{b64encode(picture.getvalue()).decode()}"
