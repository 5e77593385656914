// @ts-check
/**
 * Every text that the page shows, in Spanish as understood all over Latin America: the keys and
 * placeholders of pt.js.
 */
export const locale = "es-419";
/** "13 dic", "17:45". */
export const dateStyle = /** @type {const} */ ({ month: "short", hourSign: ":" });

export const texts = {
  cinema: "Cine",
  language: "Idioma",
  "language.pt-BR": "Português",
  "language.en": "English",
  "language.es": "Español",
  retry: "Intentar de nuevo",
  reload: "Recargar",
  close: "Cerrar",
  back: "Volver",
  "time.zone": "hora de Brasilia",
  "page.failed": "La página no llegó completa",
  "page.failed_text": "Revisa tu conexión e inténtalo de nuevo.",
  see_programme: "Ver la cartelera",

  "programme.title": "En cartelera",
  "programme.zone": "Todos los horarios son de Brasilia.",
  "programme.empty_text": "Vuelve más tarde: las próximas funciones aparecerán aquí.",
  "programme.failed": "No pudimos traer la cartelera. Revisa tu conexión. Seguimos intentándolo.",
  "programme.stale": "Sin conexión: los lugares libres son los de las {time}.",
  "programme.paused":
    "Las ventas están en pausa por un problema nuestro. Cuando vuelvan, la página mostrará los lugares libres.",
  "programme.from": "desde {price}",
  "programme.free": { one: "{n} lugar libre", other: "{n} lugares libres" },
  "programme.last": { one: "Último lugar", other: "Últimos {n} lugares" },
  "programme.sold_out": "Agotada",
  "programme.ended": "Venta cerrada",
  "programme.rating": "Clasificación: {age}",
  "programme.sessions_of": "Funciones de {film}",
  "programme.days": "Días",
  "programme.other_day": "Ver funciones: {when}",
  "programme.empty": "Nada en cartelera por ahora",
  "gauge.free": "libre",
  "gauge.filling": "llenándose",
  "rating.age": "mayores de {n} años",
  "rating.all": "apta para todo público",
  "page.unknown": "No hay nada en esta dirección",
  "page.unknown_text": "El enlace puede estar mal o la página ya no existe.",

  "map.back": "Volver a la cartelera",
  "map.skip": "Ir a las butacas",
  "map.name": "Mapa de butacas",
  "map.grid": "Butacas",
  "map.keys": "Usa las flechas para moverte, Enter para elegir, una letra para ir a la fila.",
  "map.list_name": "Lista de butacas",
  "map.screen": "pantalla",
  "map.as_list": "Ver como lista",
  "map.as_map": "Ver como mapa",
  "map.zoom": "Zoom",
  "map.closer": "Acercar",
  "map.farther": "Alejar",
  "map.fit": "Ajustar a la pantalla",
  "map.came_closer": "Acercamos el mapa. Toca la butaca otra vez para elegirla.",
  "map.legend": "Referencias",
  "map.how_many": "¿Cuántas personas?",
  "map.people": { one: "{n} persona", other: "{n} personas" },
  "map.best": "Mejores butacas",

  "list.free_only": "Solo las libres",
  "list.free": { zero: "ninguna libre", one: "{n} libre", other: "{n} libres" },
  row: "Fila {row}",
  "seat.name": "Fila {row}, butaca {number}, {kind}{state}{price}",

  "kind.comum": "Butaca",
  "kind.premium": "Premium",
  "kind.cadeirante": "Silla de ruedas",
  "kind.acompanhante": "Acompañante",
  "kind.mobilidade_reduzida": "Movilidad reducida",
  "kind.obeso": "Butaca ancha",
  "kind.casal": "Sofá de pareja",
  "spoken.cadeirante": "espacio para silla de ruedas, sin butaca",
  "spoken.acompanhante": "acompañante de silla de ruedas",
  "spoken.casal": "sofá de pareja junto con la {other}",

  "state.unknown": "cargando",
  "state.free": "libre",
  "state.asking": "reservando",
  "state.mine": "tuya",
  "state.bought": "comprada por ti",
  "state.held": "alguien la está eligiendo",
  "state.sold": "ocupada",

  "legend.free": "Libre",
  "legend.mine": "Tuya",
  "legend.bought": "Comprada por ti",
  "legend.held": "Alguien eligiendo",
  "legend.sold": "Ocupada",

  "line.connecting": "conectando…",
  "line.live": "en vivo",
  "line.reconnecting": "reconectando",
  "line.offline": "sin internet",
  "line.refused": "conexión en vivo bloqueada",
  "line.refused_text":
    "Tu red bloquea la conexión en vivo (WebSocket), por eso no se pueden elegir butacas aquí. Prueba con datos móviles o con otra red, o desactiva la VPN, el proxy o el bloqueador. Seguimos intentándolo.",
  "line.no_cookies":
    "Este navegador bloquea las cookies. Puedes comprar, pero sin recargar la página: perderías las butacas elegidas. Las entradas llegan por correo.",
  "line.paused": "ventas en pausa",
  "line.since": "Sin conexión desde las {time}. Reconectando…",
  "line.held": "Tus butacas siguen guardadas.",
  "line.paused_since":
    "Ventas en pausa desde las {time} por un problema nuestro. Te avisamos aquí cuando se reanuden.",
  "line.returned": "Conexión restablecida. El mapa está actualizado.",

  "activity.free": {
    zero: "ninguna libre de {total}",
    one: "{n} libre de {total}",
    other: "{n} libres de {total}",
  },
  "activity.looking": "{n} personas viendo",

  "order.name": "Tus butacas",
  "order.skip": "Ir a tus butacas",
  "order.empty": "Elige tus butacas",
  "order.rules":
    "Hasta {n} por persona. Las guardamos {duration} mientras decides. {gesture} otra vez para liberarlas.",
  "gesture.tap": "Toca",
  "gesture.click": "Haz clic",
  "order.ended": "Venta cerrada",
  "order.sold_out": "Entradas agotadas",
  "order.ended_text": "Mira las otras funciones en la cartelera.",
  "order.changed": "Elige de nuevo",
  "closed.reload": "Ver la función como está ahora",
  "order.held": "Reservadas para ti",
  "order.until": "hasta las {time}",
  "order.ending": "Tu reserva está por terminar",
  "order.more_time": "necesito más tiempo",
  "order.release": "Liberar {seat}",
  "order.total": "Total",
  "order.no_fees": "sin cargos",
  "order.count": { one: "{n} entrada", other: "{n} entradas" },
  "order.pay": "Pagar {total}",
  "order.types": { one: "Elegir entrada", other: "Elegir entradas · {n}" },
  "order.mend": { one: "Resolver {n} aviso", other: "Resolver {n} avisos" },
  "order.checking": "Verificando el pago…",
  "order.see": "Ver butacas y tipos de entrada",
  "order.longest": "no se puede extender más",
  "order.category": "Tipo de entrada de {seat}",
  "order.full": { one: "{n} entrada general", other: "{n} entradas generales" },
  "order.half": { one: "{n} media", other: "{n} medias" },
  "order.room_for": {
    zero: "{total} de {total}: es el máximo por persona.",
    one: "Puedes elegir {n} más.",
    other: "Puedes elegir {n} más.",
  },
  "order.invite": "Invitar a alguien a sentarse contigo",
  "quota.left": {
    zero: "Las {total} medias de esta función se agotaron.",
    one: "{n} de {total} medias todavía disponible",
    other: "{n} de {total} medias todavía disponibles",
  },

  "category.inteira": "Entrada general",
  "category.meia_estudante": "Media · estudiante",
  "category.meia_id_jovem": "Media · ID Jovem",
  "category.meia_pcd": "Media · persona con discapacidad",
  "category.meia_acompanhante": "Media · acompañante de PcD",
  "category.meia_idoso": "Media · 60 años o más",
  "proof.meia_estudante": "Lleva el carné de estudiante brasileño (CIE) y un documento con foto.",
  "proof.meia_id_jovem": "Lleva el ID Jovem y un documento con foto.",
  "proof.meia_pcd": "Lleva la tarjeta del BPC o el documento del INSS, y un documento con foto.",
  "proof.meia_acompanhante":
    "Vale junto con la persona con discapacidad, que lleva el comprobante.",
  "proof.meia_idoso": "Lleva un documento con foto. Queda fuera del cupo de medias.",
  "price.both": "{full} · media {half}",
  "price.half":
    "Pagan media entrada en Brasil: estudiantes, titulares de ID Jovem, personas con discapacidad y acompañante, y quienes tienen 60 años o más. El comprobante se pide en la entrada.",
  "hint.cadeirante": "Espacio para silla de ruedas, sin butaca.",
  "hint.acompanhante": "Solo junto con el espacio para silla de ruedas de al lado.",

  "reason.lugar_isolado": {
    one: "Tu elección deja {seats} aislada. Para pagar, elige una de las opciones.",
    other: "Tu elección deja {seats} aisladas. Para pagar, elige una de las opciones.",
  },
  "reason.acompanhante_sem_cadeirante": {
    one: "{seats} es para quien acompaña: va junto con el espacio para silla de ruedas de al lado.",
    other:
      "{seats} son para quien acompaña: van junto con el espacio para silla de ruedas de al lado.",
  },
  "mend.quota": {
    zero: "Las medias de esta función se agotaron.",
    one: "Solo queda {n} media, y elegiste más.",
    other: "Solo quedan {n} medias, y elegiste más.",
  },
  "mend.also": "Elegir también {seats}",
  "mend.exchange": "Cambiar {from} por {to}",
  "mend.full": "Pagar entrada general en {seats}",

  "notice.last_minute": "Tu reserva termina en menos de un minuto.",
  "notice.more_time": "Más tiempo",
  "notice.extended": "Listo: guardamos tus butacas hasta las {time}.",
  "notice.lost": {
    one: "{seats} acaba de irse con otra persona.",
    other: "{seats} acaban de irse con otra persona.",
  },
  "notice.nearest": { one: "La libre más cercana:", other: "Las libres más cercanas:" },
  "notice.take": "Elegir {seat}",
  "payment.see_tickets": "Ver entradas",
  "notice.expired": "Tu reserva de {seats} terminó.",
  "notice.still_free": {
    one: "{free} todavía está libre.",
    other: "{free} todavía están libres.",
  },
  "notice.all_free": { one: "Todavía está libre.", other: "Todavía están libres." },
  "notice.take_again": "Elegir de nuevo",
  "notice.waiting":
    "Por unos segundos queda libre para todos. La reservamos para ti en cuanto se pueda…",
  "notice.sold": "{seat} ya se vendió. Elige una libre.",
  "notice.held": "Otra persona tiene la {seat}. Si la libera, la verás aquí.",
  "notice.not_live": "Espera a que vuelva la conexión para elegir.",
  "notice.no_answer": "El servidor no respondió. El mapa muestra lo que vale; inténtalo de nuevo.",

  "session.unknown": "Esta función no existe",
  "session.unknown_text": "El enlace puede estar mal o la función salió de la cartelera.",
  "session.failed": "No pudimos abrir la función",
  "session.failed_text":
    "Revisa tu conexión. Seguimos intentándolo; lo que ya reservaste o pagaste sigue valiendo.",
  "session.nearly_full":
    "Ninguna libre ahora, pero hay butacas que alguien está eligiendo. Si las liberan, aparecen aquí.",
  "session.next": "Otra función con lugares: {when}",

  "reason.assento_indisponivel": {
    one: "Esa butaca ya no está libre. Ahora no se cobró nada.",
    other: "Esas butacas ya no están libres. Ahora no se cobró nada.",
  },
  "reason.ja_comprado": {
    one: "{seats} ya es tuya: la compraste antes, quizá en otra pestaña. Ahora no se cobró nada.",
    other:
      "{seats} ya son tuyas: las compraste antes, quizá en otra pestaña. Ahora no se cobró nada.",
  },
  "reason.limite_de_assentos":
    "El límite es de {n} butacas por persona en esta función, contando las compradas.",
  "reason.limite_da_rede":
    "Desde tu red ya hay muchas butacas reservadas para esta función. Inténtalo en un rato o con otra conexión.",
  "reason.reserva_expirada": "Se acabó el tiempo de la reserva. Elige de nuevo; no se cobró nada.",
  "reason.nao_e_sua": {
    one: "Esa butaca no está reservada para ti.",
    other: "Esas butacas no están reservadas para ti.",
  },
  "reason.token_invalido": "Esa reserva ya no vale. Elige de nuevo.",
  "reason.aguarde": {
    one: "Tu reserva de esa butaca terminó hace poco. Espera unos segundos e inténtalo de nuevo.",
    other:
      "Tu reserva de esas butacas terminó hace poco. Espera unos segundos e inténtalo de nuevo.",
  },
  "reason.limite_de_tempo": "No se puede extender más. Alcanza para pagar ahora.",
  "reason.sessao_encerrada": "La venta para esta función terminó.",
  "reason.sessao_mudou": "La función cambió. No se cobró nada: recarga la página y revisa.",
  "reason.sessao_cancelada": "Esta función se canceló. No se cobró nada.",
  "reason.poltrona_de_casal": "El sofá de pareja no se divide: las dos butacas van juntas.",
  "reason.dados_invalidos": "Revisa los campos marcados. No se cobró nada.",
  "reason.indisponivel": "Las ventas pararon un momento. No se cobró nada; inténtalo de nuevo.",
  "reason.identidade_invalida": "Tu acceso venció. Ya lo estamos renovando.",
  "reason.excesso_de_mensagens": "Demasiados clics a la vez. Espera un poco.",
  "reason.excesso_de_conexoes":
    "Hay muchas conexiones desde tu red. Lo intentamos de nuevo en un rato.",
  "reason.sessao_desconhecida": "Esta función no existe o salió de la cartelera.",
  "reason.outro": "No funcionó. Inténtalo de nuevo.",

  "payment.not_open": "No se pudo abrir el pago. Recarga la página: tus butacas siguen guardadas.",

  "fault.email_empty": "Escribe tu correo.",
  "fault.email_invalid": "Ese correo parece incompleto. Ejemplo: nombre@ejemplo.com",
  "fault.email_accents": "Antes de la @, usa letras sin acentos.",
};
