"""QR codes: that of a ticket, which the door reads, says the same on the order's page and in the
mail."""

from typing import Literal

import segno

from cinema.order_code import order_code

# Every mask can be read. To draw all eight and take the most even one is most of a code's cost (8
# ms of 10).
_MASK = 3


def ticket_qr_content(order_id: str, seat: str) -> str:
    """`7K4Q9D2M-F07`: what the door asks for, and nothing that opens the order's page."""
    return f"{order_code(order_id)}-{seat}"


def ticket_qr(order_id: str, seat: str) -> segno.QRCode:
    """Readable from a scratched screen: a quarter of it may be missing (error correction Q)."""
    return qr_code(ticket_qr_content(order_id, seat), error="q")


def qr_code(content: str, error: Literal["m", "q"]) -> segno.QRCode:
    """`error` is the share that may be missing: m 15%, q 25%."""
    return segno.make_qr(content, error=error, mask=_MASK)
