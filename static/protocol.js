// @ts-check
/**
 * The WebSocket protocol as values: one closed type per direction. Parsing is total: an unknown
 * frame becomes `{kind: "unknown"}`, never an exception. The wire's Portuguese words end here.
 */

/** @typedef {"held"|"sold"} Taken */
/**
 * `type` is empty for an unknown kind of change.
 * @typedef {{type: Taken|"freed"|"", seat: string, reason: string}} Change
 */
/** `halvesSold`: half-price tickets sold under the quota; null if the frame does not say. */
/**
 * @typedef {{kind: "snapshot", version: number, seats: Map<string, Taken>, edition: string,
 * halvesSold: number|null}} Snapshot
 */
/**
 * @typedef {{kind: "update", since: number, version: number, changes: Change[], halvesSold:
 * number|null}} Update
 */
/**
 * @typedef {{kind: "mine", holds: Map<string, number>, bought: string[]}} Mine `holds`: seat to
 * milliseconds left
 */
/** @typedef {{kind: "live", live: boolean}} Live */
/** @typedef {{kind: "audience", count: number}} Audience */
/**
 * @typedef {object} Reply
 * @property {"reply"} kind
 * @property {boolean} ok
 * @property {string} id
 * @property {string} type
 * @property {string} reason empty when ok; "sem_resposta" when no answer came
 * @property {string} message
 * @property {string[]} seats
 * @property {string[]} lost
 * @property {number} msLeft 0 if the reply does not say
 * @property {string} order
 * @property {string} link the order's id and the token that shows it
 * @property {string} manage the token that may also cancel and correct it
 * @property {number} halvesLeft half-price tickets left, with cota_de_meia_esgotada
 * @property {Record<string, string>} fields
 */
/** @typedef {Snapshot|Update|Mine|Live|Audience|Reply|{kind: "unknown"}} Frame */

/** Stands in for a missing answer: whether the request was carried out is unknown. @type {Reply} */
export const NO_ANSWER = Object.freeze({
  kind: "reply",
  ok: false,
  id: "",
  type: "",
  reason: "sem_resposta",
  message: "",
  seats: [],
  lost: [],
  msLeft: 0,
  order: "",
  link: "",
  manage: "",
  halvesLeft: 0,
  fields: {},
});

const UNKNOWN = Object.freeze({ kind: /** @type {const} */ ("unknown") });
/** @type {ReadonlyMap<unknown, Taken>} */
const STATES = new Map([
  ["bloqueado", "held"],
  ["ocupado", "sold"],
]);
/** @type {ReadonlyMap<unknown, Change["type"]>} */
const CHANGES = new Map([
  ["assento_bloqueado", "held"],
  ["assento_reservado", "sold"],
  ["assento_liberado", "freed"],
]);

/** @param {unknown} value @returns {Record<string, any>} */
const record = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");
/** @param {unknown} value */
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : 0);
/** @param {unknown} value */
const count = (value) => (value === undefined ? null : number(value));
/** @param {unknown} value @returns {string[]} */
const names = (value) =>
  Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];

/** @param {Record<string, any>} frame @returns {Snapshot} */
function snapshot(frame) {
  const seats = new Map();
  for (const [seat, fact] of Object.entries(record(frame.assentos))) {
    const state = STATES.get(record(fact).estado);
    if (state) seats.set(seat, state);
  }
  return {
    kind: "snapshot",
    version: number(frame.versao),
    seats,
    edition: text(frame.edicao),
    halvesSold: count(frame.meias_vendidas),
  };
}

/** @param {Record<string, any>} frame @returns {Update} */
function update(frame) {
  const list = Array.isArray(frame.mudancas) ? frame.mudancas.map(record) : [];
  const changes = list.map((c) => ({
    type: CHANGES.get(c.evento) ?? "",
    seat: text(c.assento),
    reason: text(c.motivo),
  }));
  return {
    kind: "update",
    since: number(frame.desde),
    version: number(frame.versao),
    changes,
    halvesSold: count(frame.meias_vendidas),
  };
}

/** @param {Record<string, any>} frame @returns {Mine} */
function mine(frame) {
  const holds = Object.entries(record(frame.assentos));
  return {
    kind: "mine",
    holds: new Map(holds.map(([seat, ms]) => [seat, number(ms)])),
    bought: names(frame.comprados),
  };
}

/** @param {Record<string, any>} frame @returns {Reply} */
function reply(frame) {
  const ok = frame.status === "ok";
  return {
    kind: "reply",
    ok,
    id: text(frame.id),
    type: text(frame.tipo),
    reason: ok ? "" : text(frame.motivo) || "outro",
    message: text(frame.mensagem),
    seats: names(frame.assentos ?? frame.assentos_confirmados),
    lost: names(frame.assentos_falha),
    msLeft: number(frame.restante_ms),
    order: text(frame.pedido),
    link: text(frame.pedido_link),
    manage: text(frame.pedido_chave),
    halvesLeft: number(frame.meias_restantes),
    fields: record(frame.campos),
  };
}

/** @type {Record<string, (frame: Record<string, any>) => Frame>} */
const EVENTS = {
  estado_inicial: snapshot,
  atualizacao: update,
  meus_assentos: mine,
  situacao: (frame) => ({ kind: "live", live: frame.ao_vivo !== false }),
  publico: (frame) => ({ kind: "audience", count: number(frame.assistindo) }),
};

/** @param {unknown} data the data of a WebSocket message @returns {Frame} */
export function parseFrame(data) {
  let frame;
  try {
    frame = record(JSON.parse(text(data)));
  } catch {
    return UNKNOWN;
  }
  if (frame.status === "ok" || frame.status === "erro") return reply(frame);
  return Object.hasOwn(EVENTS, text(frame.evento)) ? EVENTS[frame.evento](frame) : UNKNOWN;
}

/**
 * @typedef {{acao: string, [field: string]: unknown}} Request without its `id`, which the
 *   connection adds
 */

/**
 * Holds seats, all or nothing, and releases others in the same step.
 * @param {string[]} seats
 * @param {string[]} insteadOf
 * @returns {Request}
 */
export const holdSeats = (seats, insteadOf) => ({
  acao: "bloquear",
  assentos: seats,
  ...(insteadOf.length && { em_troca_de: insteadOf }),
});
/** @param {string[]} seats @returns {Request} */
export const releaseSeats = (seats) => ({ acao: "liberar", assentos: seats });
/** @returns {Request} */
export const extendHolds = () => ({ acao: "estender" });
/** @returns {Request} */
export const resync = () => ({ acao: "ressincronizar" });
/**
 * Idempotent by its key: the same key and body give the same answer.
 * @param {import("./payment-attempt.js").Attempt} attempt
 * @returns {Request}
 */
export const confirmPayment = ({ key, seats, categories, total, language, edition, payment }) => ({
  acao: "confirmar_pagamento",
  assentos: seats,
  ingressos: categories,
  total,
  idioma: language,
  edicao: edition,
  pagamento: payment,
  chave: key,
});
