"""The notice that a hold may have ended: the listener's POST to /notify_liberacao, signed.

The signature is HMAC-SHA256 over the Unix time in seconds, a full stop and the raw body, in
lower-case hexadecimal. It proves that the sender has the shared secret; the time bounds how long a
recorded request can be replayed.
"""

import hashlib
import hmac
import re
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from cinema.secret_files import given_or_kept
from cinema.settings import NotifySecretSettings

TIMESTAMP_HEADER = "X-Cinema-Timestamp"
SIGNATURE_HEADER = "X-Cinema-Signature"
TOLERANCE_SECONDS = 30

EVERY_SESSION: Final = "*"

_UNIX_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)


class ExpiryNotice(BaseModel):
    """The JSON body. The gateway asks booking to sweep the session, whatever else the notice says.

    Booking refuses a session id that it does not know, so no length is checked here: a foreign key
    in Redis that looks like a seat's lock must not stop the listener.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    sessao: Annotated[str, Field(min_length=1)]
    assento: str
    motivo: str


EVERYTHING: Final = ExpiryNotice(sessao=EVERY_SESSION, assento="*", motivo="reconexao")


def sign(secret: bytes, timestamp: int, body: bytes) -> str:
    """The value of SIGNATURE_HEADER; `timestamp`, in Unix seconds, travels in TIMESTAMP_HEADER."""
    return hmac.new(secret, b"%d.%s" % (timestamp, body), hashlib.sha256).hexdigest()


def verify(secret: bytes, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether the received headers fit the body, and the time is within TOLERANCE_SECONDS of `now`.

    Total: never raises. Constant time: a wrong signature takes as long as a right one.
    """
    if _UNIX_TIME.fullmatch(timestamp) is None or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    expected = sign(secret, int(timestamp), body)
    # As bytes: compare_digest refuses text that is not ASCII.
    return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))


def shared_secret(settings: NotifySecretSettings) -> bytes:
    """The secret of listener and gateway: NOTIFY_SECRET, else one kept in SECRETS_DIR.

    Reads the disk.
    """
    return given_or_kept(settings.notify_secret, settings.secrets_dir, "notify")
