// @ts-check
/** What paying alone says, in Spanish. */
export const texts = {
  "payment.title": "Pago",
  "payment.simulation": "Demostración: no se cobra nada de verdad.",
  "payment.time": "Te quedan",
  "payment.name": "Nombre completo",
  "payment.cpf": "CPF (documento brasileño)",
  "payment.no_cpf": "No tengo CPF (soy extranjero o extranjera)",
  "payment.email": "Correo electrónico",
  "payment.email_hint": "La entrada llega por aquí.",
  "payment.method": "Forma de pago",
  "payment.pix": "Pix",
  "payment.card": "Tarjeta",
  "payment.simulated": "simulado",
  "payment.pix_text":
    "Escanéalo con la app del banco o copia y pega el código. Es simulado: no sale dinero de tu cuenta.",
  "payment.pix_image": "Código QR del Pix simulado de {total}",
  "payment.pix_code": "Código Pix para copiar y pegar",
  "payment.pix_copy": "Copiar",
  "payment.pix_copied": "Código copiado.",
  "payment.pix_selected": "Código seleccionado: cópialo con Ctrl+C.",
  "payment.pix_failed": "El código Pix no llegó. Puedes pagar igual, o con tarjeta.",
  "payment.card_text": "No se pide ningún número: elige una tarjeta de prueba.",
  "payment.card_accepted": "Tarjeta de prueba aprobada",
  "payment.card_refused": "Tarjeta de prueba rechazada",
  "payment.sending": "Pagando…",
  "payment.checking": "Verificando el pago",
  "payment.unsure":
    "No pudimos saber si el pago se realizó. Antes de pagar de nuevo, comprueba si las entradas llegaron a tu correo.",
  "payment.checking_text":
    "Todavía no sabemos si el pago se realizó y lo estamos comprobando. " +
    "No pagas dos veces. Puedes cerrar la página: verás el resultado cuando vuelvas.",
  "payment.expired": "El tiempo de la reserva terminó. No se cobró nada.",
  "payment.changed": "Tus butacas cambiaron. Revisa antes de pagar: {seats}.",
  "payment.done": "Compra confirmada",
  "payment.done_text": {
    one: "{seats} es tuya. La entrada va a {email}.",
    other: "{seats} son tuyas. Las entradas van a {email}.",
  },

  "fault.refused": "Esto no fue aceptado. Revísalo.",
  "fault.name_empty": "Escribe tu nombre.",
  "fault.name_short": "Escribe tu nombre completo.",
  "fault.name_long": "Usa 120 letras como máximo.",
  "fault.name_signs": "Empieza con una letra y usa solo letras y signos comunes.",
  "fault.name_address":
    "Parece una dirección de internet. Si no lo es, deja un espacio después del punto.",
  "fault.cpf_empty": "Escribe tu CPF o marca que no tienes.",
  "fault.cpf_short": "El CPF tiene 11 números.",
  "fault.cpf_invalid": "CPF no válido. Revisa los números.",

  "reason.conflito_de_chave": "Ese pago ya se hizo con otros datos. No se cobró nada de nuevo.",
  "reason.cota_de_meia_esgotada": "Las medias se agotaron mientras pagabas. No se cobró nada.",
  "reason.preco_mudou":
    "El precio cambió mientras elegías. No se cobró nada: revisa el total y paga de nuevo.",
  "reason.pagamento_recusado":
    "La tarjeta fue rechazada. No se cobró nada, y tus butacas siguen guardadas. Elige otra forma de pagar.",
  "reason.pedido_cancelado":
    "Ese pedido se pagó y después se canceló. Elige de nuevo para comprar.",
};
