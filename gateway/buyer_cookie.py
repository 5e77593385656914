"""A browser's identity: a random 128-bit id in a signed cookie.

It is never shown to others nor read from a message.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from cinema.secret_files import given_or_kept, kept
from gateway.settings import GatewaySettings

COOKIE = "comprador"
# RFC 6265bis: browsers accept such a cookie over https only, and from this host alone
_HOST_ONLY = "__Host-"
_MAX_AGE = 400 * 24 * 3_600  # seconds; browsers keep no cookie for longer


@dataclass(frozen=True)
class Visitor:
    """`is_new`: the browser has no cookie yet."""

    buyer: str
    is_new: bool = False


class BuyerCookies:
    """Issues and reads the cookie. `secure`: it travels over https only, and no other host can set
    it.

    The first secret signs. Cookies that another one has signed are still accepted, and signed with
    the first at the next page.
    """

    def __init__(self, secrets: Sequence[bytes], secure: bool) -> None:
        self._signer = Signer(
            list(reversed(secrets)),  # itsdangerous signs with the last
            salt="cinema.identity",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )
        self._secure = secure
        self.cookie_name = f"{_HOST_ONLY}{COOKIE}" if secure else COOKIE

    def of(self, connection: HTTPConnection) -> Visitor | None:
        """The buyer of a request: see `read`."""
        return self.read(connection.cookies.get(self.cookie_name))

    def of_or_replaced(self, connection: HTTPConnection) -> Visitor:
        """Like `of`; a new buyer if the cookie is not ours."""
        return self.of(connection) or _new_visitor()

    def read(self, cookie: str | None) -> Visitor | None:
        """The cookie's buyer; a new one without a cookie; None for a cookie that we have not
        signed."""
        if cookie is None:
            return _new_visitor()
        try:
            return Visitor(self._signer.unsign(cookie.encode()).decode())
        except (BadSignature, UnicodeError):
            return None

    def write(self, response: Response, visitor: Visitor) -> None:
        response.set_cookie(
            self.cookie_name,
            self._signer.sign(visitor.buyer).decode(),
            max_age=_MAX_AGE,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def handshake_headers(self, visitor: Visitor) -> list[tuple[bytes, bytes]]:
        """The headers that set a WebSocket client's cookie; none if it has one."""
        if not visitor.is_new:
            return []
        response = Response()
        self.write(response, visitor)
        return [(name, value) for name, value in response.raw_headers if name == b"set-cookie"]


def cookie_secrets(settings: GatewaySettings) -> list[bytes]:
    """The secret that signs, and during a rotation the one before it. Reads the disk.

    Raises CannotStart if a secret's file is not usable.
    """
    folder = settings.secrets_dir
    former = settings.cookie_secret_former
    secret = given_or_kept(settings.cookie_secret, folder, "cookie")
    before = former.get_secret_value().encode() if former else kept(folder, "cookie-former")
    return [secret, before] if before else [secret]


def _new_visitor() -> Visitor:
    return Visitor(secrets.token_urlsafe(16), is_new=True)
