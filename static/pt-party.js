// @ts-check
/** What is said to those who come in company, in Portuguese. */
export const texts = {
  "grupo.como": "Escolha uma poltrona livre: as {n} ficam lado a lado ali.",
  "grupo.suas": "{assentos} · {total}",
  "grupo.suas_tipo": "{assentos} · {tipo} · {total}",
  "grupo.mais_baratas": "Ver mais baratas",
  "grupo.outras": "Ver outras",
  "grupo.nao_cabe": "Aqui não cabem {n} lado a lado.",
  "grupo.dividido": "Não há {n} lugares juntos. Dá para sentar perto, em {partes}: {assentos} · {total}",
  "grupo.pegar": "Pegar {partes}",
  "motivo.sem_lugares_juntos": { one: "Não há poltrona livre agora.", other: "Não há {n} poltronas livres agora." },

  "convite.titulo": "Cinema: {filme}",
  "convite.texto": { one: "Vamos ver {filme}? {quando}. Estou na {assentos}: sente perto de mim.", other: "Vamos ver {filme}? {quando}. Estamos nas {assentos}: sente perto da gente." },
  "convite.copiado": "Link copiado. Envie para quem vai com você: ele mostra só onde você senta.",
  "convite.link": "Envie este link para quem vai com você: {link}",
  "convite.ao_lado": { one: "Quem convidou você está na {assentos}. As poltronas marcadas ao lado estão livres.", other: "Quem convidou você está nas {assentos}. As poltronas marcadas ao lado estão livres." },
  "convite.cheio": { one: "Quem convidou você está na {assentos}, e ao lado não há mais poltrona livre. As mais próximas:", other: "Quem convidou você está nas {assentos}, e ao lado não há mais poltrona livre. As mais próximas:" },
  "convite.soltas": { one: "A {assentos} do convite está livre de novo: quem convidou você não está mais com ela.", other: "As {assentos} do convite estão livres de novo: quem convidou você não está mais com elas." },
  "convite.tarde": "O convite era para sentar perto de {assentos}, mas não há mais ingressos à venda nesta sessão.",
};
