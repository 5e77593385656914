// @ts-check
/** What is said about a single seat: at its first touch, and on its card. In Spanish. */
export const texts = {
  "special.cadeirante":
    "{assento} es un espacio para silla de ruedas: no tiene butaca. ¿Es para ti o para quien va contigo?",
  "special.acompanhante":
    "{assento} es para quien acompaña a una persona en silla de ruedas y va junto con el espacio de al lado. ¿Es tu caso?",
  "special.take": "Sí, elegir {assento}",
  "special.another": "Elegir otra",
  "special.casal": "{assentos} son un sofá para dos: {preco} los dos lugares.",
  "special.bought": "{assento} es tuya: ya la compraste.",

  "card.seat": "Fila {fila} · {numero}",
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
