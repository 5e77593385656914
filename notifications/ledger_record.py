"""An order's record in the ledger, with the field names of the contract."""

import cinema_pb2 as pb
from cinema.contract import CATEGORIES
from cinema.local_time import iso_time
from cinema.order_code import order_code
from notifications.ledger_format import ERASED, Record


def record_of(order: pb.Pedido) -> Record:
    """The original's eight fields, then the code for the door, the payment, and the state.

    Money is in centavos, times are São Paulo's. `cancelado_em` is empty unless the order is
    cancelled. Seats that were cancelled one by one are in `devolvidos`, and in no other field; an
    order without any lacks it. After an erasure of personal data, name, CPF and e-mail are empty,
    and `dados_apagados` is true.
    """
    return {
        "pedido_id": order.pedido_id,
        "sessao_id": order.sessao_id,
        "assentos": list(order.assentos),
        "usuario_id": order.usuario_id,
        "nome_completo": order.nome_completo,
        "cpf": order.cpf,
        "email": order.email,
        "timestamp": iso_time(order.criado_em_ms),
        "codigo": order_code(order.pedido_id),
        "ingressos": _tickets(order),
        "total_centavos": order.total_centavos,
        "forma_pagamento": order.forma_pagamento,
        "estado": "cancelado" if order.cancelado else "confirmado",
        "cancelado_em": iso_time(order.cancelado_em_ms) if order.cancelado_em_ms else "",
        ERASED: order.dados_apagados,
        **({"devolvidos": _given_back(order)} if order.devolvidos else {}),
    }


def _tickets(order: pb.Pedido) -> list[Record]:
    return [
        {
            "assento": ticket.assento,
            "categoria": CATEGORIES[ticket.categoria].value,
            "preco_centavos": ticket.preco_centavos,
        }
        for ticket in order.ingressos
    ]


def _given_back(order: pb.Pedido) -> list[Record]:
    return [
        {
            "assento": one.ingresso.assento,
            "preco_centavos": one.ingresso.preco_centavos,
            "cancelado_em": iso_time(one.em_ms),
        }
        for one in order.devolvidos
    ]
