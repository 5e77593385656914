"""The QR code of a ticket, which the door reads. The order's page and the mail show the same."""

import segno

from cinema.order_code import order_code


def ticket_qr_content(order_id: str, seat: str) -> str:
    """`7K4Q9D2M-F07`: what the door asks for, and nothing that opens the order's page."""
    return f"{order_code(order_id)}-{seat}"


def ticket_qr(order_id: str, seat: str) -> segno.QRCode:
    """Readable from a scratched screen: a quarter of it may be missing (error correction Q)."""
    return segno.make_qr(ticket_qr_content(order_id, seat), error="q")
