"""Who a browser is: a random 128-bit id in a signed cookie, which is never shown to others nor read from a message."""

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer
from starlette.responses import Response

COOKIE = "comprador"
_MAX_AGE = 400 * 24 * 3_600  # seconds; browsers keep no cookie for longer


@dataclass(frozen=True)
class Identity:
    """`is_new`: the browser does not have the cookie yet."""

    buyer: str
    is_new: bool = False


class Identities:
    """Issues and reads the cookie. `secure`: the cookie travels over https only."""

    def __init__(self, secret: bytes, secure: bool) -> None:
        self._signer = Signer(
            secret, salt="cinema.identity", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self._secure = secure

    def read(self, cookie: str | None) -> Identity | None:
        """The buyer of a cookie, a fresh one where there is no cookie, None for one that we have not signed."""
        if cookie is None:
            return Identity(secrets.token_urlsafe(16), is_new=True)
        try:
            return Identity(self._signer.unsign(cookie.encode()).decode())
        except (BadSignature, UnicodeError):
            return None

    def read_or_replace(self, cookie: str | None) -> Identity:
        return self.read(cookie) or Identity(secrets.token_urlsafe(16), is_new=True)

    def write(self, response: Response, identity: Identity) -> None:
        response.set_cookie(
            COOKIE,
            self._signer.sign(identity.buyer).decode(),
            max_age=_MAX_AGE,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def handshake_headers(self, identity: Identity) -> list[tuple[bytes, bytes]]:
        """The headers that give a WebSocket's client its cookie; none if it has one."""
        if not identity.is_new:
            return []
        response = Response()
        self.write(response, identity)
        return [(name, value) for name, value in response.raw_headers if name == b"set-cookie"]
