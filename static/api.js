// @ts-check
/** The gateway's HTTP side. Nothing rejects: a fault is an answer with status 0. */

/**
 * @typedef {{
 *   id: string, titulo: string, duracao_min: number, classificacao: string, sinopse: string,
 *   art: string,
 * }} Film `art`: its picture's address, or nothing
 */
/**
 * @typedef {object} Session
 * @property {string} id
 * @property {Film} filme
 * @property {string} sala
 * @property {string} inicio ISO 8601
 * @property {string} idioma
 * @property {Record<string, {audio: string, tag: string, room: string}>} [words] sound and room by
 * language; `tag`: capitals such as DUB, or nothing
 * @property {number} preco_a_partir_de centavos
 * @property {number} lugares
 * @property {number} livres
 * @property {boolean} encerrada
 */
/** @typedef {{assento: string, tipo: string, preco: number}} Place */
/**
 * @typedef {Session & {
 *   limite_assentos: number, tempo_reserva_ms: number, meias_total: number, meias_vendidas: number,
 *   edicao: string, alteracao: string, cancelada: boolean,
 *   fileiras: {nome: string, bloco?: string, lugares: (Place|null)[]}[],
 * }} SessionMap
 */
/**
 * @typedef {{
 *   sessoes: Session[], words?: Record<string, Session["words"]>, vendas_pausadas?: boolean,
 *   cinema?: string,
 * }} SessionList `words` of all sessions, by sound and room; while sales are paused, data may be
 * lost, and `livres` cannot be trusted
 */
/**
 * @typedef {{assento: string, categoria: import("./tickets.js").Category, preco: number}} Sold
 * `preco`: centavos
 */
/**
 * @typedef {object} Order
 * @property {string} pedido
 * @property {string} link its path; whoever has it sees the tickets
 * @property {boolean} pode_gerir whether it may be cancelled, resent and corrected from here; else
 * nome, cpf and email are empty
 * @property {string} codigo
 * @property {"confirmado"|"cancelado"} estado
 * @property {Session} sessao as it was sold; an old order whose session has gone from the programme
 * lacks film and room
 * @property {Session|null} sessao_atual as the programme has it now; null if it no longer does
 * @property {string} alteracao what became of the session since the sale; empty: nothing
 * @property {string[]} assentos
 * @property {number} total centavos
 * @property {string} nome
 * @property {string} cpf masked
 * @property {string} email
 * @property {boolean} dados_apagados name, cpf and email were erased
 * @property {string} criado_em ISO 8601
 * @property {"pendente"|"enviado"|"falhou"|"sem_endereco"} email_estado
 * @property {string} email_motivo
 * @property {(Sold & {vai_com: string, qr: string})[]} ingressos `vai_com`: the seat that is given
 * back with it, the other half of its sofa
 * @property {(Sold & {em: string})[]} devolvidos what was given back while the order kept others;
 * `em`: when, ISO 8601
 * @property {"pix"|"cartao"|""} forma
 * @property {boolean} cancelavel
 * @property {string} cancelavel_ate ISO 8601
 * @property {string} [guardado_em] there is no network: the order as it was then, ISO 8601
 */
/**
 * @typedef {{pedido: string, link: string, sessao: string, filme: string, sala: string, inicio:
 * string, terminou: boolean, alteracao: string, assentos: string[]}} OwnOrder one of this browser's
 * orders in short
 */
/** @typedef {{copia_e_cola: string, qr: string}} Pix `qr`: an image's address */
/**
 * @template T
 * @typedef {{status: number, data: T|null, reason: string}} Answer `data` only with a 2xx status,
 * else the gateway's `motivo`
 */

const PATIENCE_MS = 10000;
/**
 * A connection that hiccups (a phone that changes networks) is tried again; only questions are,
 * never orders.
 */
const RETRY_AFTER_MS = [300, 1200];
/** Between two tries of a page that has nothing to show yet. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 15000;

/** `AbortSignal.timeout`, which Safari has from 16 on. @param {number} ms */
function timeLimit(ms) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), ms);
  return limit.signal;
}

/** @template T @param {string} path @param {RequestInit} [options] @returns {Promise<Answer<T>>} */
async function ask(path, options = {}) {
  try {
    const response = await fetch(path, { ...options, signal: timeLimit(PATIENCE_MS) });
    const { ok, status } = response;
    const body = await response.json();
    return { status, data: ok ? body : null, reason: ok ? "" : String(body?.motivo ?? "") };
  } catch {
    return { status: 0, data: null, reason: "" };
  }
}

/**
 * What the gateway sent along with the page, so that it can draw without asking; used once, since
 * it ages.
 * @template T @param {string} field @param {unknown} [value] how to tell that it is what is asked
 * for
 * @returns {Answer<T>|null}
 */
function given(field, value) {
  const block = document.getElementById("data");
  const data = JSON.parse(block?.textContent || "{}");
  if (!block || !(field in data) || (value !== undefined && data[field] !== value)) return null;
  block.textContent = "";
  return { status: 200, data, reason: "" };
}

/** @template T @param {string} path @returns {Promise<Answer<T>>} */
async function read(path) {
  for (const wait of RETRY_AFTER_MS) {
    const answer = await ask(path);
    if (answer.status) return answer;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return ask(path);
}

/**
 * Asks until there is an answer, if need be for ever: once the trouble is over nobody has to press
 * anything.
 * @template {Answer<any>} T @param {() => Promise<T>} question @param {() => void} onTrouble called
 * once, when there is none at first
 * @returns {Promise<T>} with data, or with status 404
 */
export async function persist(question, onTrouble) {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await question();
    if (answer.data || answer.status === 404) return answer;
    if (pause === FIRST_PAUSE_MS) onTrouble();
    // Not all at the same moment, however many were cut off together.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}

/** Where the map of a session is. @param {string} id */
export const sessionPath = (id) => `/sessao/${encodeURIComponent(id)}`;

/** @returns {Promise<Answer<SessionList>>} */
export async function fetchSessions() {
  const answer = given("sessoes") ?? (await read("/api/sessoes"));
  for (const session of answer.data?.sessoes ?? [])
    session.words = answer.data?.words?.[`${session.idioma}|${session.sala}`];
  return answer;
}

/** @param {string} id @returns {Promise<Answer<SessionMap>>} */
export const fetchSession = async (id) =>
  given("id", id) ?? read(`/api/sessoes/${encodeURIComponent(id)}`);

/** @param {string} reference of an order: its id and, behind a dot, a token */
const orderPath = (reference) => `/api/pedidos/${encodeURIComponent(reference)}`;

/** @param {string} reference @returns {Promise<Answer<Order>>} */
export const fetchOrder = async (reference) =>
  given("pedido", reference.split(".")[0]) ?? read(orderPath(reference));

/**
 * What this browser has bought and not given back, by the sessions' start.
 * @returns {Promise<Answer<{pedidos: OwnOrder[]}>>}
 */
export const fetchOwnOrders = () => ask("/api/pedidos");

/** @param {string} reference */
export const calendarPath = (reference) => `${orderPath(reference)}/agenda.ics`;

/** @param {string} reference @returns {Promise<Answer<{status: string}>>} */
export const mailAgain = (reference) => ask(`${orderPath(reference)}/reenviar`, { method: "POST" });

/** @param {string} reference */
export const pdfPath = (reference) => `${orderPath(reference)}/ingressos.pdf`;

/**
 * Another address for the order, to which its mail goes.
 * @param {string} reference
 * @param {string} email
 * @returns {Promise<Answer<{status: string}>>}
 */
export const correctAddress = (reference, email) =>
  ask(`${orderPath(reference)}/email`, { method: "POST", body: JSON.stringify({ email }) });

/**
 * Gives some seats of an order back; safe to repeat.
 * @param {string} reference
 * @param {string[]} seats
 * @returns {Promise<Answer<{status: string}>>}
 */
export const cancelSeats = (reference, seats) =>
  ask(`${orderPath(reference)}/assentos/cancelar`, {
    method: "POST",
    body: JSON.stringify({ assentos: seats }),
  });

/**
 * Gives all seats of an order back; safe to repeat.
 * @param {string} reference
 * @returns {Promise<Answer<{status: string}>>}
 */
export const cancelOrder = (reference) =>
  ask(`${orderPath(reference)}/cancelar`, { method: "POST" });

/** @param {number} total centavos @returns {Promise<Answer<Pix>>} */
export const fetchPix = (total) => read(`/api/pix?total=${total}`);

/** A page brings the buyer's cookie; whether it came. */
export const renewIdentity = async () =>
  (await fetch(location.pathname, { cache: "reload" }).catch(() => null))?.ok ?? false;

/** Whether this page's gateway answers and can sell. */
export const isReachable = async () => (await ask("/health/ready")).status === 200;

/** @param {string} id */
export function socketUrl(id) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws/reserva?sessao=${encodeURIComponent(id)}`;
}
