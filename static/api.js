// @ts-check
/**
 * The client of the gateway's HTTP API. No promise rejects: a failed request is an answer with
 * status 0.
 */

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
 * }} SessionList `words` are all sessions', by sound and room. While sales are paused, data may
 * be lost and `livres` wrong.
 */
/**
 * @typedef {{assento: string, categoria: import("./tickets.js").Category, preco: number}} Sold
 * `preco`: centavos
 */
/**
 * @typedef {object} Order
 * @property {string} pedido
 * @property {string} link its path, which shows the tickets to everybody who has it
 * @property {boolean} pode_gerir whether this browser may cancel, resend and correct it; if not,
 *   nome, cpf and email are empty
 * @property {string} codigo
 * @property {"confirmado"|"cancelado"} estado
 * @property {Session} sessao as it was sold; without film and room in an old order whose session is
 *   not in the programme any more
 * @property {Session|null} sessao_atual as it is in the programme now; null if it is not
 * @property {string} alteracao how the session changed since the sale; empty if it did not
 * @property {string[]} assentos
 * @property {number} total centavos
 * @property {string} nome
 * @property {string} cpf masked
 * @property {string} email
 * @property {boolean} dados_apagados name, cpf and email were erased
 * @property {string} criado_em ISO 8601
 * @property {"pendente"|"enviado"|"falhou"|"sem_endereco"} email_estado
 * @property {string} email_motivo
 * @property {(Sold & {vai_com: string, qr: string})[]} ingressos `vai_com`: the other half of its
 *   sofa, which is cancelled with it
 * @property {(Sold & {em: string})[]} devolvidos cancelled tickets of an order that keeps others;
 *   `em`: when, ISO 8601
 * @property {"pix"|"cartao"|""} forma
 * @property {boolean} cancelavel
 * @property {string} cancelavel_ate ISO 8601
 * @property {string} [guardado_em] set if the order comes from the cache: when it was kept, ISO
 *   8601
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
/** Reads are retried after a network error, such as a phone's change of network. Writes are not. */
const RETRY_AFTER_MS = [300, 1200];
/** The first pause between two tries of a page that has nothing to show yet. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 15000;

/** As `AbortSignal.timeout`, which Safari lacks before 16. @param {number} ms */
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
 * Data that the gateway embedded in the page, for a first view without a request. Used once, since
 * it ages.
 * @template T
 * @param {string} field
 * @param {unknown} [value] what the field must be, for the data to be the wanted one
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
 * Retries without an end until there is an answer, so that the page recovers without a click.
 * @template {Answer<any>} T
 * @param {() => Promise<T>} question
 * @param {() => void} onTrouble called once, after the first try without an answer
 * @returns {Promise<T>} with data, or with status 404
 */
export async function persist(question, onTrouble) {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await question();
    if (answer.data || answer.status === 404) return answer;
    if (pause === FIRST_PAUSE_MS) onTrouble();
    // Jitter: clients that were cut off together do not come back together.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}

/** The path of a session's map. @param {string} id */
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

/** @param {string} reference an order's id and, after a dot, a token */
const orderPath = (reference) => `/api/pedidos/${encodeURIComponent(reference)}`;

/** @param {string} reference @returns {Promise<Answer<Order>>} */
export const fetchOrder = async (reference) =>
  given("pedido", reference.split(".")[0]) ?? read(orderPath(reference));

/**
 * The orders of this browser that are not cancelled, by the sessions' start.
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
 * Changes the order's address and sends its mail there.
 * @param {string} reference
 * @param {string} email
 * @returns {Promise<Answer<{status: string}>>}
 */
export const correctAddress = (reference, email) =>
  ask(`${orderPath(reference)}/email`, { method: "POST", body: JSON.stringify({ email }) });

/**
 * Cancels some seats of an order. Idempotent.
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
 * Cancels an order. Idempotent.
 * @param {string} reference
 * @returns {Promise<Answer<{status: string}>>}
 */
export const cancelOrder = (reference) =>
  ask(`${orderPath(reference)}/cancelar`, { method: "POST" });

/** @param {number} total centavos @returns {Promise<Answer<Pix>>} */
export const fetchPix = (total) => read(`/api/pix?total=${total}`);

/** Loads a page for its cookie, the buyer's identity; whether it came. */
export const renewIdentity = async () =>
  (await fetch(location.pathname, { cache: "reload" }).catch(() => null))?.ok ?? false;

/** Whether the gateway answers and is ready. */
export const isReachable = async () => (await ask("/health/ready")).status === 200;

/** @param {string} id */
export function socketUrl(id) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws/reserva?sessao=${encodeURIComponent(id)}`;
}
