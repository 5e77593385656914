// @ts-check
/** What is said about a single seat: at its first touch, and on its card. In Spanish. */
export const texts = {
  "special.cadeirante":
    "{seat} es un espacio para silla de ruedas: no tiene butaca. ¿Es para ti o para quien va contigo?",
  "special.acompanhante":
    "{seat} es para quien acompaña a una persona en silla de ruedas y va junto con el espacio de al lado. ¿Es tu caso?",
  "special.take": "Sí, elegir {seat}",
  "special.another": "Elegir otra",
  "special.casal": "{seats} son un sofá para dos: {price} los dos lugares.",
  "special.bought": "{seat} es tuya: ya la compraste.",

  "card.seat": "Fila {row} · {number}",
  "card.row": "fila {n} de {total}",
  "card.middle": "en el centro",
  "card.left": {
    one: "{n} lugar a la izquierda del centro",
    other: "{n} lugares a la izquierda del centro",
  },
  "card.right": {
    one: "{n} lugar a la derecha del centro",
    other: "{n} lugares a la derecha del centro",
  },
};
