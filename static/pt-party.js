// @ts-check
/** What is said to those who come in company, in Portuguese. */
export const texts = {
  "party.how": "Escolha uma poltrona livre: as {n} ficam lado a lado ali.",
  "party.taken": "{seats} · {total}",
  "party.taken_kind": "{seats} · {kind} · {total}",
  "party.cheaper": "Ver mais baratas",
  "party.others": "Ver outras",
  "party.no_room": "Aqui não cabem {n} lado a lado.",
  "party.split": "Não há {n} lugares juntos. Dá para sentar perto, em {parts}: {seats} · {total}",
  "party.take": "Pegar {parts}",
  "reason.sem_lugares_juntos": {
    one: "Não há poltrona livre agora.",
    other: "Não há {n} poltronas livres agora.",
  },

  "invitation.title": "Cinema: {film}",
  "invitation.text": {
    one: "Vamos ver {film}? {when}. Estou na {seats}: sente perto de mim.",
    other: "Vamos ver {film}? {when}. Estamos nas {seats}: sente perto da gente.",
  },
  "invitation.copied": "Link copiado. Envie para quem vai com você: ele mostra só onde você senta.",
  "invitation.link": "Envie este link para quem vai com você: {link}",
  "invitation.beside": {
    one: "Quem convidou você está na {seats}. As poltronas marcadas ao lado estão livres.",
    other: "Quem convidou você está nas {seats}. As poltronas marcadas ao lado estão livres.",
  },
  "invitation.full": {
    one: "Quem convidou você está na {seats}, e ao lado não há mais poltrona livre. As mais próximas:",
    other:
      "Quem convidou você está nas {seats}, e ao lado não há mais poltrona livre. As mais próximas:",
  },
  "invitation.released": {
    one: "A {seats} do convite está livre de novo: quem convidou você não está mais com ela.",
    other: "As {seats} do convite estão livres de novo: quem convidou você não está mais com elas.",
  },
  "invitation.late":
    "O convite era para sentar perto de {seats}, mas não há mais ingressos à venda nesta sessão.",
};
