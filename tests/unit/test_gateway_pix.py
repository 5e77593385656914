"""The Pix code, compared with the published examples of the Banco Central and the CRC catalogue."""

from binascii import crc_hqx

import pytest

from gateway.pix import LARGEST_AMOUNT, SIMULATED, field, pix_code, sealed

# Manual de Padrões para Iniciação do Pix, the example of a static QR code.
PUBLISHED = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
    "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)
KNOWN_FIELDS = ["00", "26", "52", "53", "54", "58", "59", "60", "62", "63"]


def fields_of(code: str) -> dict[str, str]:
    """Value by tag, parsed by the lengths in the code."""
    found: dict[str, str] = {}
    while code:
        tag, length = code[:2], int(code[2:4])
        assert len(code) >= 4 + length
        found[tag] = code[4 : 4 + length]
        code = code[4 + length :]
    return found


def test_the_published_example_is_reproduced() -> None:
    assert sealed(PUBLISHED[:-8]) == PUBLISHED
    account = field("00", "br.gov.bcb.pix") + field("01", "123e4567-e12b-12d1-a456-426655440000")
    assert field("26", account) == PUBLISHED[6:68]


def test_the_checksum_is_the_one_that_the_standard_names() -> None:
    assert crc_hqx(b"123456789", 0xFFFF) == 0x29B1  # the check value of CRC-16/CCITT-FALSE
    assert sealed("") == f"6304{crc_hqx(b'6304', 0xFFFF):04X}"


@pytest.mark.parametrize(
    ("total", "amount"),
    [(1, "0.01"), (99, "0.99"), (4_800, "48.00"), (LARGEST_AMOUNT, "9999999999.99")],
)
def test_a_code_has_the_amount_and_the_receiver(total: int, amount: str) -> None:
    code = pix_code(total)
    said = fields_of(code)
    assert list(said) == KNOWN_FIELDS
    assert said["54"] == amount
    assert len(said["54"]) <= 13
    assert (said["53"], said["58"]) == ("986", "BR")
    assert fields_of(said["26"]) == {"00": "br.gov.bcb.pix", "01": SIMULATED.key}
    assert fields_of(said["62"]) == {"05": "***"}
    assert sealed(code[:-8]) == code


@pytest.mark.parametrize("total", [0, -1, LARGEST_AMOUNT + 1])
def test_a_total_outside_the_formats_range_is_refused(total: int) -> None:
    with pytest.raises(ValueError, match="total"):
        pix_code(total)


def test_the_receiver_fits_and_is_made_up() -> None:
    assert len(SIMULATED.name) <= 25
    assert len(SIMULATED.city) <= 15
    assert "simulado" in SIMULATED.name
    assert SIMULATED.key.split("-")[2][0] != "4"  # random keys are UUIDs of version 4
