"""What the world is told about an order: the message that waits in the outbox and goes to Kafka."""

from collections.abc import Sequence

import orjson


def outbox_message(
    order_id: str, session_id: str, seats: Sequence[str], buyer: str, status: str
) -> str:
    """No name, no CPF, no e-mail: who needs them asks booking. The relay adds the time.

    `status` is CONFIRMADO, CANCELADO, ASSENTOS_CANCELADOS (`seats` of it; the order keeps others), REENVIO (to have an
    order's mail sent again) or DADOS_APAGADOS (the order has no personal data any more).
    """
    message = orjson.dumps(
        {
            "pedido_id": order_id,
            "sessao_id": session_id,
            "assentos": list(seats),
            "usuario_id": buyer,
            "status": status,
        }
    )
    return message.decode()
