// @ts-check
/** What is said to those who come in company, in Spanish. */
export const texts = {
  "party.how": "Elige una butaca libre: las {n} quedan juntas ahí.",
  "party.taken": "{seats} · {total}",
  "party.taken_kind": "{seats} · {kind} · {total}",
  "party.cheaper": "Ver más baratas",
  "party.others": "Ver otras",
  "party.no_room": "Aquí no caben {n} juntas.",
  "party.split": "No hay {n} butacas juntas. Pueden sentarse cerca, en {parts}: {seats} · {total}",
  "party.take": "Elegir {parts}",
  "reason.sem_lugares_juntos": {
    one: "Ahora no hay ninguna butaca libre.",
    other: "Ahora no hay {n} butacas libres.",
  },

  "invitation.title": "Cine: {film}",
  "invitation.text": {
    one: "¿Vamos a ver {film}? {when}. Tengo la {seats}: siéntate cerca.",
    other: "¿Vamos a ver {film}? {when}. Tenemos las {seats}: siéntate cerca.",
  },
  "invitation.copied": "Enlace copiado. Envíalo a quien va contigo: muestra solo dónde te sientas.",
  "invitation.link": "Envía este enlace a quien va contigo: {link}",
  "invitation.beside": {
    one: "Quien te invitó está en la {seats}. Las butacas marcadas al lado están libres.",
    other: "Quien te invitó está en las {seats}. Las butacas marcadas al lado están libres.",
  },
  "invitation.full": {
    one: "Quien te invitó está en la {seats}, y al lado ya no hay butacas libres. Las más cercanas:",
    other:
      "Quien te invitó está en las {seats}, y al lado ya no hay butacas libres. Las más cercanas:",
  },
  "invitation.released": {
    one: "La {seats} de la invitación está libre de nuevo: quien te invitó ya no la tiene.",
    other: "Las {seats} de la invitación están libres de nuevo: quien te invitó ya no las tiene.",
  },
  "invitation.late":
    "La invitación era para sentarse cerca de {seats}, pero ya no hay entradas a la venta para esta función.",
};
