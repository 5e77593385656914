// @ts-check
/** What is said about a single seat: at its first touch, and on its card. In Portuguese. */
export const texts = {
  "special.cadeirante":
    "{seat} é um espaço para cadeira de rodas: não tem poltrona. É para você ou para quem vai com você?",
  "special.acompanhante":
    "{seat} é para quem acompanha uma pessoa em cadeira de rodas, e vai junto com o espaço ao lado. É o seu caso?",
  "special.take": "É, pegar {seat}",
  "special.another": "Escolher outra",
  "special.casal": "{seats} são um sofá para duas pessoas: {price} os dois lugares.",
  "special.bought": "{seat} é sua: você já comprou.",

  "card.seat": "Fila {row} · {number}",
  "card.row": "{n}ª fila de {total}",
  "card.middle": "no centro",
  "card.left": { one: "{n} lugar à esquerda do centro", other: "{n} lugares à esquerda do centro" },
  "card.right": { one: "{n} lugar à direita do centro", other: "{n} lugares à direita do centro" },
};
