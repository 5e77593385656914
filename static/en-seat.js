// @ts-check
/** What is said about a single seat: at its first touch, and on its card. In English. */
export const texts = {
  "special.cadeirante":
    "{seat} is a wheelchair space: there is no seat in it. Is it for you or for someone coming with you?",
  "special.acompanhante":
    "{seat} is for the companion of a wheelchair user and goes with the space beside it. Is that you?",
  "special.take": "Yes, take {seat}",
  "special.another": "Choose another",
  "special.casal": "{seats} are one sofa for two: {price} for both places.",
  "special.bought": "{seat} is yours: you have bought it.",

  "card.seat": "Row {row} · {number}",
  "card.row": "row {n} of {total}",
  "card.middle": "in the centre",
  "card.left": { one: "{n} place left of centre", other: "{n} places left of centre" },
  "card.right": { one: "{n} place right of centre", other: "{n} places right of centre" },
};
