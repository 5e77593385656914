"""The Pix code that a buyer scans or copies: a static BR Code, which is an EMV merchant-presented
QR code.

Sources: Banco Central do Brasil, Manual de Padrões para Iniciação do Pix; EMVCo, QR Code
Specification for Payment Systems, Merchant-Presented Mode. Nobody is paid: the payee is made up.
"""

from binascii import crc_hqx
from dataclasses import dataclass

LARGEST_AMOUNT = 10**12 - 1  # centavos: field 54 has room for 13 characters

_BRL = "986"  # ISO 4217
_CRC_HEADER = "6304"  # field 63, four characters


@dataclass(frozen=True)
class Payee:
    """Who is paid: `name` up to 25 characters, `city` up to 15, all ASCII."""

    key: str
    name: str
    city: str


# The key has the form of a random one but, by its version digit, not that of one that the Banco
# Central gives out.
SIMULATED = Payee(
    key="123e4567-e12b-12d1-a456-426655440000", name="Cinema (simulado)", city="SAO PAULO"
)


def pix_code(total: int, payee: Payee = SIMULATED) -> str:
    """The text of the QR code, which is also the one to copy and paste. `total` in centavos.

    Raises ValueError for a total that the format has no room for.
    """
    if not 1 <= total <= LARGEST_AMOUNT:
        raise ValueError(f"a total of {total} centavos")
    return sealed(
        field("00", "01")
        + field("26", field("00", "br.gov.bcb.pix") + field("01", payee.key))
        + field("52", "0000")
        + field("53", _BRL)
        + field("54", f"{total // 100}.{total % 100:02d}")
        + field("58", "BR")
        + field("59", payee.name)
        + field("60", payee.city)
        + field("62", field("05", "***"))  # no transaction id
    )


def field(tag: str, value: str) -> str:
    """Tag, length in two digits, value."""
    return f"{tag}{len(value):02d}{value}"


def sealed(payload: str) -> str:
    """The payload with its checksum: CRC-16/CCITT-FALSE over everything before its value."""
    checked = payload + _CRC_HEADER
    return f"{checked}{crc_hqx(checked.encode('ascii'), 0xFFFF):04X}"
