"""The e-mail addresses that we send to and from.

static/mail-address.js has the same rules: tests/unit_js/addresses.json checks both.
"""

import re
import unicodedata
from dataclasses import dataclass

import idna

from cinema.typed_text import narrow, tidied

LONGEST = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
_LONGEST_LOCAL_PART = 64
# As <input type="email"> accepts it, so with dots anywhere: some providers have such addresses.
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_DOT_ATOM = re.compile(r"[^.]+(?:\.[^.]+)*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_TOP_LEVEL = re.compile(r".+\.(?!\d+\Z)[^.]+")
_ENCODED_WORD = "=?"  # RFC 2047: mail programs decode it, and then show another address
_IN_UNICODE_DOMAINS = frozenset("-·.。．｡")


class WrongAddress(ValueError):
    """It is no single address, or we cannot send to it."""


class NotAsciiLocalPart(WrongAddress):
    """The local part needs SMTPUTF8, which few servers support."""


@dataclass(frozen=True)
class MailAddress:
    """`domain` is ASCII in lower case."""

    local_part: str
    domain: str

    def __str__(self) -> str:
        """As it is stored and shown."""
        return f"{self.local_part}@{self.domain}"

    @property
    def written(self) -> str:
        """For headers and SMTP commands: quotes a local part with dots at an end or in a row."""
        if _DOT_ATOM.fullmatch(self.local_part):
            return str(self)
        return f'"{self.local_part}"@{self.domain}'


def parse(text: str, *, top_level_needed: bool = True) -> MailAddress:
    """An address as people type and paste it. Raises WrongAddress."""
    if len(text) > LONGEST:
        raise WrongAddress
    local_part, _, domain = narrow(tidied(text)).rpartition("@")
    address = MailAddress(local_part, _ascii_domain(domain))
    if top_level_needed and not _TOP_LEVEL.fullmatch(address.domain):
        raise WrongAddress
    if not local_part.isascii():
        raise NotAsciiLocalPart
    if not _LOCAL_PART.fullmatch(local_part) or _ENCODED_WORD in local_part:
        raise WrongAddress
    longest = min(LONGEST, _LONGEST_LOCAL_PART + len(f"@{address.domain}"))
    if len(address.written) > longest:
        raise WrongAddress
    return address


def _ascii_domain(domain: str) -> str:
    """By UTS 46, as browsers do it."""
    if not domain.isascii():
        if not all(map(_may_be_in_unicode_domain, domain)):
            raise WrongAddress
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise WrongAddress from None
    if not _DOMAIN.fullmatch(domain):
        raise WrongAddress
    return domain.lower()


def _may_be_in_unicode_domain(character: str) -> bool:
    """UTS 46 drops invisible characters and maps symbols; we accept letters, marks and digits."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd" or character in _IN_UNICODE_DOMAINS
