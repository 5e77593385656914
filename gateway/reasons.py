"""Why the gateway itself refuses something: the `motivo` of a reply, of a last frame, and of an
HTTP error.

Booking's reasons are cinema.refusals.Refusal.
"""

from enum import StrEnum

from cinema.refusals import Refusal


class Reason(StrEnum):
    # Over the WebSocket.
    UNREADABLE_MESSAGE = "mensagem_invalida"
    UNKNOWN_ACTION = "acao_desconhecida"
    OUTCOME_UNKNOWN = "resposta_desconhecida"  # of a payment
    TOO_MANY_SOCKETS = "excesso_de_conexoes"
    FOREIGN_COOKIE = "identidade_invalida"
    # Over both.
    INVALID_FIELD = "dados_invalidos"
    TOO_MANY_REQUESTS = "excesso_de_mensagens"
    BOOKING_DOWN = "indisponivel"
    UNKNOWN_SESSION = Refusal.SESSION_GONE.value
    # Over HTTP.
    UNKNOWN_ORDER = "pedido_desconhecido"
    VIEW_ONLY = "somente_leitura"
    NOTHING_TO_ATTEND = "sem_sessao"
    FOREIGN_ORIGIN = "origem_recusada"
    UNSIGNED = "assinatura_invalida"
    BODY_TOO_LONG = "corpo_grande_demais"
    NO_HOST = "endereco_ausente"
    FOREIGN_HOST = "endereco_recusado"
    NOT_FOUND = "nao_encontrado"
    WRONG_METHOD = "metodo_recusado"
    OTHER = "recusado"
    FAULT = "falha"
