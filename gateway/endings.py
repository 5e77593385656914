"""How a WebSocket ends: a close code of RFC 6455 (or IANA's registry), and for a refusal one
last frame before it."""

from dataclasses import dataclass

from websockets.frames import CloseCode

from gateway import frames
from gateway.reasons import Reason


@dataclass(frozen=True)
class Ending:
    code: int
    reason: str = ""
    last_frame: bytes | None = None


def refusal(reason: str, text: str, code: int = CloseCode.POLICY_VIOLATION) -> Ending:
    """An error frame with the reason, then the close frame."""
    return Ending(code, reason, frames.error("conexao", None, reason, text))


RESTART = Ending(CloseCode.SERVICE_RESTART, "restart")
FAULT = Ending(CloseCode.INTERNAL_ERROR, "internal error")
NO_PONG = Ending(CloseCode.INTERNAL_ERROR, "keepalive ping timeout")
TOO_SLOW = Ending(CloseCode.TRY_AGAIN_LATER, "too slow")
FLOOD = refusal(Reason.TOO_MANY_REQUESTS, "Mensagens demais em pouco tempo. Espere um pouco.")
UNKNOWN_SESSION = refusal(Reason.UNKNOWN_SESSION, "Esta sessão não existe, ou saiu da programação.")
FOREIGN_COOKIE = refusal(Reason.FOREIGN_COOKIE, "Seu acesso não vale mais. Recarregue a página.")
TOO_MANY_SOCKETS = refusal(
    Reason.TOO_MANY_SOCKETS,
    "Há conexões demais neste endereço. Tente daqui a pouco.",
    CloseCode.TRY_AGAIN_LATER,
)
