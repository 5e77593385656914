"""Why a WebSocket ends: a close code of RFC 6455 (and IANA's registry), and at times one last frame before it."""

from dataclasses import dataclass

from gateway import frames

POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013


@dataclass(frozen=True)
class Ending:
    code: int
    reason: str = ""
    last_frame: bytes | None = None


def refusal(reason: str, text: str, code: int = POLICY_VIOLATION) -> Ending:
    """Tells the browser why in an error frame, then closes."""
    return Ending(code, reason, frames.error("conexao", None, reason, text))


RESTART = Ending(SERVICE_RESTART, "restart")
FAULT = Ending(INTERNAL_ERROR, "internal error")
NO_PONG = Ending(INTERNAL_ERROR, "keepalive ping timeout")
TOO_SLOW = Ending(TRY_AGAIN_LATER, "too slow")
FLOOD = refusal("excesso_de_mensagens", "Mensagens demais em pouco tempo. Espere um pouco.")
UNKNOWN_SESSION = refusal("sessao_desconhecida", "Esta sessão não existe, ou saiu da programação.")
INVALID_IDENTITY = refusal("identidade_invalida", "Seu acesso não vale mais. Recarregue a página.")
TOO_MANY_SOCKETS = refusal(
    "excesso_de_conexoes",
    "Há conexões demais neste endereço. Tente daqui a pouco.",
    TRY_AGAIN_LATER,
)
