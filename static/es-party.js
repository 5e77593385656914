// @ts-check
/** What is said to those who come in company, in Spanish. */
export const texts = {
  "grupo.como": "Elige una butaca libre: las {n} quedan juntas ahí.",
  "grupo.suas": "{assentos} · {total}",
  "grupo.suas_tipo": "{assentos} · {tipo} · {total}",
  "grupo.mais_baratas": "Ver más baratas",
  "grupo.outras": "Ver otras",
  "grupo.nao_cabe": "Aquí no caben {n} juntas.",
  "grupo.dividido": "No hay {n} butacas juntas. Pueden sentarse cerca, en {partes}: {assentos} · {total}",
  "grupo.pegar": "Elegir {partes}",
  "motivo.sem_lugares_juntos": { one: "Ahora no hay ninguna butaca libre.", other: "Ahora no hay {n} butacas libres." },

  "convite.titulo": "Cine: {filme}",
  "convite.texto": { one: "¿Vamos a ver {filme}? {quando}. Tengo la {assentos}: siéntate cerca.", other: "¿Vamos a ver {filme}? {quando}. Tenemos las {assentos}: siéntate cerca." },
  "convite.copiado": "Enlace copiado. Envíalo a quien va contigo: muestra solo dónde te sientas.",
  "convite.link": "Envía este enlace a quien va contigo: {link}",
  "convite.ao_lado": { one: "Quien te invitó está en la {assentos}. Las butacas marcadas al lado están libres.", other: "Quien te invitó está en las {assentos}. Las butacas marcadas al lado están libres." },
  "convite.cheio": { one: "Quien te invitó está en la {assentos}, y al lado ya no hay butacas libres. Las más cercanas:", other: "Quien te invitó está en las {assentos}, y al lado ya no hay butacas libres. Las más cercanas:" },
  "convite.soltas": { one: "La {assentos} de la invitación está libre de nuevo: quien te invitó ya no la tiene.", other: "Las {assentos} de la invitación están libres de nuevo: quien te invitó ya no las tiene." },
  "convite.tarde": "La invitación era para sentarse cerca de {assentos}, pero ya no hay entradas a la venta para esta función.",
};
