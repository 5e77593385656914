"""Business reasons for a refusal: the contract's `motivo`, and a Portuguese sentence for each."""

from enum import StrEnum


class Refusal(StrEnum):
    SEAT_TAKEN = "assento_indisponivel"
    ALREADY_BOUGHT = "ja_comprado"
    OVER_LIMIT = "limite_de_assentos"
    NETWORK_LIMIT = "limite_da_rede"
    HOLD_ENDED = "reserva_expirada"
    NOT_YOURS = "nao_e_sua"
    WRONG_TOKEN = "token_invalido"  # noqa: S105 - a reason, not a secret
    COOLING_DOWN = "aguarde"
    TIME_CEILING = "limite_de_tempo"
    KEY_CONFLICT = "conflito_de_chave"
    SESSION_CLOSED = "sessao_encerrada"
    NONE_TOGETHER = "sem_lugares_juntos"
    HALF_PRICE_GONE = "cota_de_meia_esgotada"
    PRICE_CHANGED = "preco_mudou"
    PAYMENT_DECLINED = "pagamento_recusado"
    ORDER_CANCELLED = "pedido_cancelado"
    SESSION_CANCELLED = "sessao_cancelada"
    SESSION_CHANGED = "sessao_mudou"
    SESSION_GONE = "sessao_desconhecida"
    TOO_MANY_MAILS = "limite_de_emails"
    TOO_MANY_CORRECTIONS = "limite_de_correcoes"
    TOO_LATE_TO_CANCEL = "prazo_de_cancelamento"
    HALF_A_SOFA = "poltrona_de_casal"
    LONELY_SEAT = "lugar_isolado"
    COMPANION_ALONE = "acompanhante_sem_cadeirante"


_SENTENCES = {
    Refusal.SEAT_TAKEN: "Que pena: {seats} acabou de ser escolhido por outra pessoa.",
    Refusal.ALREADY_BOUGHT: "{seats} já é seu: você já pagou por ele. Nada foi cobrado agora.",
    Refusal.OVER_LIMIT: "O limite é de {limit} lugares por pessoa nesta sessão.",
    Refusal.NETWORK_LIMIT: "Há muitos lugares reservados a partir da sua rede nesta sessão. "
    "Tente de novo quando algum for pago ou liberado, ou use outra conexão.",
    Refusal.HOLD_ENDED: "O tempo da reserva de {seats} acabou. Escolha de novo, "
    "se ainda estiver livre.",
    Refusal.NOT_YOURS: "{seats} não está reservado para você.",
    Refusal.WRONG_TOKEN: "O código da reserva não confere com esta reserva.",
    Refusal.COOLING_DOWN: "Sua reserva de {seats} acabou agora há pouco. "
    "Espere alguns segundos e tente de novo.",
    Refusal.TIME_CEILING: "A reserva já foi estendida até o máximo.",
    Refusal.KEY_CONFLICT: "Esta chave de pedido já foi usada com outros dados.",
    Refusal.SESSION_CLOSED: "As vendas desta sessão estão encerradas.",
    Refusal.NONE_TOGETHER: "Não há mais {count} lugares juntos nesta sessão.",
    Refusal.HALF_PRICE_GONE: "Não há meias-entradas suficientes: restam {count} nesta sessão.",
    Refusal.PRICE_CHANGED: "O preço mudou. Confira o novo total antes de pagar.",
    Refusal.PAYMENT_DECLINED: "O pagamento foi recusado. Seus lugares continuam reservados.",
    Refusal.ORDER_CANCELLED: "Este pedido foi pago e depois cancelado. Para comprar, "
    "escolha os lugares de novo.",
    Refusal.SESSION_CANCELLED: "Esta sessão foi cancelada. Nada foi cobrado.",
    Refusal.SESSION_CHANGED: "Esta sessão mudou. Nada foi cobrado: recarregue a página e confira.",
    Refusal.SESSION_GONE: "Esta sessão saiu da programação. Nada foi cobrado.",
    Refusal.TOO_MANY_MAILS: "Já saíram e-mails demais em pouco tempo, "
    "para este endereço ou desta rede. "
    "Tente de novo daqui a uma hora.",
    Refusal.TOO_MANY_CORRECTIONS: "O e-mail deste pedido já foi corrigido {limit} vezes, o máximo.",
    Refusal.TOO_LATE_TO_CANCEL: "O prazo para cancelar este pedido já passou.",
    Refusal.HALF_A_SOFA: "A poltrona {seats} é de um sofá de casal: as duas poltronas vão juntas.",
    Refusal.LONELY_SEAT: "{seats} ficaria sozinha, e quase ninguém compra um lugar isolado. "
    "Pegue também essa poltrona, ou troque as suas.",
    Refusal.COMPANION_ALONE: "{seats} é para quem acompanha: "
    "vai junto com o espaço para cadeira de rodas ao lado.",
}
_PLURAL_SENTENCES = {
    Refusal.SEAT_TAKEN: "Que pena: {seats} acabaram de ser escolhidos por outra pessoa.",
    Refusal.ALREADY_BOUGHT: "{seats} já são seus: você já pagou por eles. Nada foi cobrado agora.",
    Refusal.NOT_YOURS: "{seats} não estão reservados para você.",
    Refusal.HALF_A_SOFA: "As poltronas {seats} são de sofás de casal: "
    "as duas poltronas de cada sofá vão juntas.",
    Refusal.LONELY_SEAT: "{seats} ficariam sozinhas, e quase ninguém compra um lugar isolado. "
    "Pegue também essas poltronas, ou troque as suas.",
    Refusal.COMPANION_ALONE: "{seats} são para quem acompanha: "
    "vão junto com o espaço para cadeira de rodas ao lado.",
    Refusal.HOLD_ENDED: "O tempo da reserva de {seats} acabou. Escolha de novo, "
    "se ainda estiverem livres.",
}


def sentence(refusal: Refusal, seats: tuple[str, ...] = (), limit: int = 0, count: int = 0) -> str:
    """The refusal in Portuguese. `seats`: those that caused it."""
    sentences = {**_SENTENCES, **_PLURAL_SENTENCES} if len(seats) > 1 else _SENTENCES
    text = sentences[refusal].format(seats=enumeration(seats), limit=limit, count=count)
    return text[0].upper() + text[1:]


def enumeration(names: tuple[str, ...]) -> str:
    """`F07`, `F07 e F08`, `F07, F08 e F09`; "o lugar" for none."""
    if len(names) < 2:
        return names[0] if names else "o lugar"
    return f"{', '.join(names[:-1])} e {names[-1]}"
