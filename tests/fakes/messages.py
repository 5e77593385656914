"""What the fake booking service answers: one session, one order, seats in each state."""

import cinema_pb2 as pb
from cinema.identity import owner_tag

SESSION = "S001"
ORDER = "07-abcdefghijklmnopqrstuv"
SEATS = [f"{row}{number:02d}" for row in "ABCDEFGHIJ" for number in range(1, 21)]
HOLD_MS = 300_000


def a_session(title: str = "O Agente Secreto", free: int = len(SEATS)) -> pb.Sessao:
    return pb.Sessao(
        sessao_id=SESSION,
        filme=pb.Filme(
            filme_id="agente-secreto", titulo=title, duracao_min=158, classificacao="16"
        ),
        sala="Sala 1",
        inicio_ms=1_797_194_700_000,  # 2026-12-13T17:45 in São Paulo
        idioma="legendado",
        preco_a_partir_de_centavos=3200,
        lugares=len(SEATS),
        livres=free,
    )


def an_order() -> pb.Pedido:
    """Two tickets, one of them half-price, to be cancelled until two hours before the session."""
    tickets = [
        pb.Ingresso(assento="F07", categoria=pb.INTEIRA, preco_centavos=3200),
        pb.Ingresso(assento="F08", categoria=pb.MEIA_ESTUDANTE, preco_centavos=1600),
    ]
    return pb.Pedido(
        pedido_id=ORDER,
        sessao_id=SESSION,
        assentos=["F07", "F08"],
        usuario_id="nobody may see this",
        nome_completo="Maria Silva",
        cpf="***.456.789-**",
        email="maria@exemplo.com.br",
        total_centavos=4800,
        criado_em_ms=1_795_000_000_000,
        email_estado=pb.EMAIL_FALHOU,
        email_motivo="A caixa de entrada não existe.",
        sessao=a_session(),
        ingressos=tickets,
        forma_pagamento="pix",
        idioma="en",
        cancelavel_ate_ms=1_797_187_500_000,
    )


def held(seat: str, buyer: str, ms: int = HOLD_MS) -> pb.EstadoAssento:
    return pb.EstadoAssento(
        assento=seat,
        estado=pb.StatusReserva.BLOQUEADO_TEMP,
        restante_ms=ms,
        marca=owner_tag(SESSION, buyer),
    )


def freed(seat: str, buyer: str, reason: str = "liberado") -> pb.EstadoAssento:
    return pb.EstadoAssento(
        assento=seat,
        estado=pb.StatusReserva.DISPONIVEL,
        motivo=reason,
        marca=owner_tag(SESSION, buyer),
    )


def sold(seat: str, buyer: str) -> pb.EstadoAssento:
    return pb.EstadoAssento(
        assento=seat, estado=pb.StatusReserva.RESERVADO, marca=owner_tag(SESSION, buyer)
    )
