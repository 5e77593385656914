// @ts-check
/** What is said, in Spanish, of a session in which nothing is sold any more. */
export const texts = {
  "closed.sold_out": "Se vendieron todas las butacas",
  "closed.ended": "Esta función ya terminó",
  "closed.begun": "Esta función ya empezó",
  "closed.cancelled": "Esta función fue cancelada",
  "closed.changed": "Esta función cambió",
  "closed.removed": "Esta función salió de la cartelera",
  "closed.tickets": "Si ya compraste, tus entradas están en el enlace que te enviamos por correo.",
  "closed.others": {
    one: "Esta función todavía tiene lugares:",
    other: "Estas funciones todavía tienen lugares:",
  },
};
