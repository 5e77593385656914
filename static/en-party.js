// @ts-check
/** What is said to those who come in company, in English. */
export const texts = {
  "grupo.como": "Choose a free seat: all {n} will be side by side there.",
  "grupo.suas": "{assentos} · {total}",
  "grupo.suas_tipo": "{assentos} · {tipo} · {total}",
  "grupo.mais_baratas": "See cheaper ones",
  "grupo.outras": "See others",
  "grupo.nao_cabe": "{n} side by side do not fit here.",
  "grupo.dividido": "There are not {n} seats together. You can sit close, in {partes}: {assentos} · {total}",
  "grupo.pegar": "Take {partes}",
  "motivo.sem_lugares_juntos": { one: "No seat is free right now.", other: "There are not {n} free seats right now." },

  "convite.titulo": "Cinema: {filme}",
  "convite.texto": { one: "Shall we see {filme}? {quando}. I have {assentos}: come and sit near me.", other: "Shall we see {filme}? {quando}. We have {assentos}: come and sit near us." },
  "convite.copiado": "Link copied. Send it to whoever is coming: it shows only where you sit.",
  "convite.link": "Send this link to whoever is coming: {link}",
  "convite.ao_lado": { one: "Whoever invited you is in {assentos}. The marked seats beside it are free.", other: "Whoever invited you is in {assentos}. The marked seats beside them are free." },
  "convite.cheio": { one: "Whoever invited you is in {assentos}, and no seat beside it is free. The nearest ones:", other: "Whoever invited you is in {assentos}, and no seat beside them is free. The nearest ones:" },
  "convite.soltas": { one: "{assentos} from the invitation is free again: whoever invited you no longer has it.", other: "{assentos} from the invitation are free again: whoever invited you no longer has them." },
  "convite.tarde": "You were invited to sit near {assentos}, but there are no more tickets on sale for this session.",
};
