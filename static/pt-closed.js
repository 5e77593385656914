// @ts-check
/** What is said, in Portuguese, of a session in which nothing is sold any more. */
export const texts = {
  "closed.sold_out": "Todas as poltronas foram vendidas",
  "closed.ended": "Esta sessão já terminou",
  "closed.begun": "Esta sessão já começou",
  "closed.cancelled": "Esta sessão foi cancelada",
  "closed.changed": "Esta sessão mudou",
  "closed.removed": "Esta sessão saiu da programação",
  "closed.tickets": "Se você já comprou, seus ingressos estão no link que enviamos por e-mail.",
  "closed.others": {
    one: "Esta sessão ainda tem lugares:",
    other: "Estas sessões ainda têm lugares:",
  },
};
