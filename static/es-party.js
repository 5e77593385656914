// @ts-check
/** What is said to those who come in company, in Spanish. */
export const texts = {
  "party.how": "Elige una butaca libre: las {n} quedan juntas ahí.",
  "party.taken": "{assentos} · {total}",
  "party.taken_kind": "{assentos} · {tipo} · {total}",
  "party.cheaper": "Ver más baratas",
  "party.others": "Ver otras",
  "party.no_room": "Aquí no caben {n} juntas.",
  "party.split":
    "No hay {n} butacas juntas. Pueden sentarse cerca, en {partes}: {assentos} · {total}",
  "party.take": "Elegir {partes}",
  "reason.sem_lugares_juntos": {
    one: "Ahora no hay ninguna butaca libre.",
    other: "Ahora no hay {n} butacas libres.",
  },

  "invitation.title": "Cine: {filme}",
  "invitation.text": {
    one: "¿Vamos a ver {filme}? {quando}. Tengo la {assentos}: siéntate cerca.",
    other: "¿Vamos a ver {filme}? {quando}. Tenemos las {assentos}: siéntate cerca.",
  },
  "invitation.copied": "Enlace copiado. Envíalo a quien va contigo: muestra solo dónde te sientas.",
  "invitation.link": "Envía este enlace a quien va contigo: {link}",
  "invitation.beside": {
    one: "Quien te invitó está en la {assentos}. Las butacas marcadas al lado están libres.",
    other: "Quien te invitó está en las {assentos}. Las butacas marcadas al lado están libres.",
  },
  "invitation.full": {
    one: "Quien te invitó está en la {assentos}, y al lado ya no hay butacas libres. Las más cercanas:",
    other:
      "Quien te invitó está en las {assentos}, y al lado ya no hay butacas libres. Las más cercanas:",
  },
  "invitation.released": {
    one: "La {assentos} de la invitación está libre de nuevo: quien te invitó ya no la tiene.",
    other:
      "Las {assentos} de la invitación están libres de nuevo: quien te invitó ya no las tiene.",
  },
  "invitation.late":
    "La invitación era para sentarse cerca de {assentos}, pero ya no hay entradas a la venta para esta función.",
};
