"""QR codes. A ticket's, for the door, is the same on the order's page and in the mail."""

from typing import Literal

import segno

from cinema.order_code import order_code

# Every mask is readable. Trying all eight for the best one would take 8 ms of a code's 10.
_MASK = 3


def ticket_qr_content(order_id: str, seat: str) -> str:
    """`7K4Q9D2M-F07`: the order's code and the seat. It does not open the order's page."""
    return f"{order_code(order_id)}-{seat}"


def ticket_qr(order_id: str, seat: str) -> segno.QRCode:
    """Readable with a quarter missing (error correction Q), as from a scratched screen."""
    return qr_code(ticket_qr_content(order_id, seat), error="q")


def qr_code(content: str, error: Literal["m", "q"]) -> segno.QRCode:
    """`error`: the share that may be missing, m 15%, q 25%."""
    return segno.make_qr(content, error=error, mask=_MASK)
