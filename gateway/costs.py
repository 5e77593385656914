"""The cost of each answer, so that an address may ask for many cheap ones or for few expensive
ones.

A unit is what a WebSocket message costs the event loop at most. MAX_MESSAGES_PER_SECOND_PER_ADDRESS
counts units. tests/unit/test_gateway_costs.py measures every row.
"""

UNIT_MS = 0.5

# By the route's path. Sending mails and freeing seats costs more than event-loop time.
COSTS = {
    "/": 8,
    "/sessao/{session_id}": 8,
    "/sessao/{session_id}/": 8,
    "/pedido/": 8,
    "/pedido/{reference}": 10,
    "/pedido/{reference}/": 10,
    "/arte/{file}": 2,
    "/api/sessoes": 4,
    "/api/sessoes/{session_id}": 4,
    "/api/pedidos": 8,
    "/api/pedidos/{reference}": 9,
    # most of it in a thread, which shares the GIL with the loop
    "/api/pedidos/{reference}/agenda.ics": 8,
    "/api/pedidos/{reference}/ingressos.pdf": 10,
    "/api/pedidos/{reference}/reenviar": 100,
    "/api/pedidos/{reference}/email": 100,
    "/api/pedidos/{reference}/cancelar": 100,
    "/api/pedidos/{reference}/assentos/cancelar": 100,
    "/api/pix": 9,
}
# Refusing a file from memory costs as much as sending it; requests of programs beside us are never
# refused.
FREE = frozenset({"/static/{path:path}", "/health/live", "/health/ready", "/notify_liberacao"})
