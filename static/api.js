// @ts-check
/** The gateway's HTTP side. Nothing rejects: a fault is an answer with status 0. */

/** @typedef {{titulo: string, duracao_min: number, classificacao: string, sinopse: string}} Film */
/**
 * @typedef {object} Session
 * @property {string} id
 * @property {Film} filme
 * @property {string} sala
 * @property {string} inicio ISO 8601
 * @property {string} idioma
 * @property {number} preco_a_partir_de centavos
 * @property {number} lugares
 * @property {number} livres
 * @property {boolean} encerrada
 */
/**
 * @typedef {Session & {limite_assentos: number, tempo_reserva_ms: number,
 *   fileiras: {nome: string, lugares: ({assento: string, tipo: string, preco: number}|null)[]}[]}} SessionMap
 */
/**
 * @typedef {object} Order
 * @property {string} pedido
 * @property {string} codigo
 * @property {"confirmado"|"cancelado"} estado
 * @property {Session} sessao with an empty id when the programme no longer has it
 * @property {string[]} assentos
 * @property {number} total centavos
 * @property {string} nome
 * @property {string} cpf masked
 * @property {string} email
 * @property {string} criado_em ISO 8601
 * @property {"pendente"|"enviado"|"falhou"|"sem_endereco"} email_estado
 * @property {string} email_motivo
 */
/** @template T @typedef {{status: number, data: T|null}} Answer `data` only with a 2xx status */

const PATIENCE_MS = 10000;
/** A connection that hiccups (a phone that changes networks) is tried again; only questions are, never orders. */
const RETRY_AFTER_MS = [300, 1200];

/** @template T @param {string} path @param {RequestInit} [options] @returns {Promise<Answer<T>>} */
async function ask(path, options = {}) {
  try {
    const response = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: response.status, data: response.ok ? await response.json() : null };
  } catch {
    return { status: 0, data: null };
  }
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

/** @returns {Promise<Answer<{sessoes: Session[]}>>} */
export const fetchSessions = () => read("/api/sessoes");

/** @param {string} id @returns {Promise<Answer<SessionMap>>} */
export const fetchSession = (id) => read(`/api/sessoes/${encodeURIComponent(id)}`);

/** @param {string} id @returns {Promise<Answer<Order>>} */
export const fetchOrder = (id) => read(`/api/pedidos/${encodeURIComponent(id)}`);

/** @param {string} id @returns {Promise<Answer<{status: string}>>} */
export const mailAgain = (id) => ask(`/api/pedidos/${encodeURIComponent(id)}/reenviar`, { method: "POST" });

/** A page brings the buyer's cookie; whether it came. */
export const renewIdentity = async () => (await fetch(location.pathname, { cache: "reload" }).catch(() => null))?.ok ?? false;

/** @param {string} id */
export const socketUrl = (id) =>
  `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/reserva?sessao=${encodeURIComponent(id)}`;
/** Where the map of a session is. @param {string} id */
export const sessionPath = (id) => `/sessao/${encodeURIComponent(id)}`;

