// @ts-check
/** What is said about a single seat: at its first touch, and on its card. In English. */
export const texts = {
  "special.cadeirante":
    "{assento} is a wheelchair space: there is no seat in it. Is it for you or for someone coming with you?",
  "special.acompanhante":
    "{assento} is for the companion of a wheelchair user and goes with the space beside it. Is that you?",
  "special.take": "Yes, take {assento}",
  "special.another": "Choose another",
  "special.casal": "{assentos} are one sofa for two: {preco} for both places.",
  "special.bought": "{assento} is yours: you have bought it.",

  "card.seat": "Row {fila} · {numero}",
  "card.row": "row {n} of {total}",
  "card.middle": "in the centre",
  "card.left": { one: "{n} place left of centre", other: "{n} places left of centre" },
  "card.right": { one: "{n} place right of centre", other: "{n} places right of centre" },
};
