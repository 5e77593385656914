// @ts-check
/** What paying alone says, in Portuguese. */
export const texts = {
  "payment.title": "Pagamento",
  "payment.simulation": "Demonstração: nada é cobrado de verdade.",
  "payment.time": "Reservadas por mais",
  "payment.name": "Nome completo",
  "payment.cpf": "CPF",
  "payment.no_cpf": "Não tenho CPF (sou estrangeiro ou estrangeira)",
  "payment.email": "E-mail",
  "payment.email_hint": "O ingresso chega por aqui.",
  "payment.method": "Forma de pagamento",
  "payment.pix": "Pix",
  "payment.card": "Cartão",
  "payment.simulated": "simulado",
  "payment.pix_text":
    "Escaneie com o app do banco ou use o Pix Copia e Cola. É simulado: nada sai da sua conta.",
  "payment.pix_image": "QR code do Pix simulado de {total}",
  "payment.pix_code": "Código Pix copia e cola",
  "payment.pix_copy": "Copiar",
  "payment.pix_copied": "Código copiado.",
  "payment.pix_selected": "Código selecionado: copie com Ctrl+C.",
  "payment.pix_failed": "O código Pix não chegou. Dá para pagar mesmo assim, ou com cartão.",
  "payment.card_text": "Nenhum número é pedido: escolha um cartão de teste.",
  "payment.card_accepted": "Cartão de teste aprovado",
  "payment.card_refused": "Cartão de teste recusado",
  "payment.sending": "Pagando…",
  "payment.checking": "Conferindo o pagamento",
  "payment.unsure":
    "Não deu para saber se o pagamento passou. Antes de pagar de novo, veja se os ingressos chegaram ao seu e-mail.",
  "payment.checking_text":
    "Ainda não sabemos se o pagamento passou e estamos conferindo. " +
    "Você não paga duas vezes. Pode fechar a página: o resultado aparece quando voltar.",
  "payment.expired": "O tempo da reserva acabou. Nada foi cobrado.",
  "payment.changed": "Suas poltronas mudaram. Confira antes de pagar: {seats}.",
  "payment.done": "Compra confirmada",
  "payment.done_text": {
    one: "{seats} é sua. O ingresso vai para {email}.",
    other: "{seats} são suas. Os ingressos vão para {email}.",
  },

  "fault.refused": "Isso não foi aceito. Confira.",
  "fault.name_empty": "Escreva seu nome.",
  "fault.name_short": "Escreva o nome completo.",
  "fault.name_long": "Use no máximo 120 letras.",
  "fault.name_signs": "Comece com uma letra e use só letras e sinais comuns.",
  "fault.name_address":
    "Parece um endereço de internet. Se não for, deixe um espaço depois do ponto.",
  "fault.cpf_empty": "Digite o CPF ou marque que não tem.",
  "fault.cpf_short": "O CPF tem 11 números.",
  "fault.cpf_invalid": "CPF inválido. Confira os números.",

  "reason.conflito_de_chave":
    "Esse pagamento já foi feito com outros dados. Nada foi cobrado de novo.",
  "reason.cota_de_meia_esgotada": "As meias acabaram enquanto você pagava. Nada foi cobrado.",
  "reason.preco_mudou":
    "O preço mudou enquanto você escolhia. Nada foi cobrado: confira o total e pague de novo.",
  "reason.pagamento_recusado":
    "O cartão foi recusado. Nada foi cobrado, e suas poltronas continuam guardadas. Escolha outra forma de pagar.",
  "reason.pedido_cancelado":
    "Esse pedido foi pago e depois cancelado. Escolha de novo para comprar.",
};
