// @ts-check
/**
 * A WebSocket with reconnection and back-off. It pairs replies with requests, and detects a silent
 * connection, a computer that slept, and a network that blocks WebSockets. A request without an
 * answer resolves to NO_ANSWER. It never rejects and is never repeated.
 */
import { NO_ANSWER, parseFrame, resync } from "./protocol.js";

/** @typedef {import("./protocol.js").Frame} Frame */
/** @typedef {import("./protocol.js").Reply} Reply */
/**
 * @typedef {"connecting"|"live"|"reconnecting"|"refused"} LineState `refused`: the network passes
 *   HTTP and blocks WebSockets
 */

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8000;
/** After close code 1008 (too many messages) the client stays away for longer. */
const REFUSED_WAIT_MS = 15000;
const POLICY_VIOLATION = 1008;
/** After so many sockets in a row that did not open, while HTTP works, the network blocks them. */
const REFUSALS = 3;
const ANSWER_MS = 8000;
const SILENCE_MS = 45000;
/** The deadline of a check while the map may be outdated. */
const DOUBT_MS = 3000;
const LOOK_MS = 1000;
/** A timer is this late only after the computer slept, or in a hidden page. */
const SLEPT_MS = 10000;

/**
 * Exponential back-off with full jitter above a floor: clients that were cut off together do not
 * come back together.
 * @param {number} attempt from 0
 * @param {number} random in [0, 1)
 */
export const backOff = (attempt, random) =>
  FIRST_WAIT_MS / 2 + random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);

export class Connection {
  /** @type {LineState} */
  state = "connecting";
  /** @type {WebSocket|null} */
  #socket = null;
  /** @type {Map<string, (reply: Reply) => void>} */
  #waiting = new Map();
  #attempt = 0;
  #refusals = 0;
  #lastId = 0;
  #retry = 0;
  #watch = 0;
  #looking = 0;
  #lastLook = 0;
  #stopped = true;

  /**
   * @param {string} url
   * @param {(frame: Frame) => void} onFrame gets every frame, except replies to requests
   * @param {(state: LineState) => void} onState
   * @param {() => Promise<boolean>} answers whether the gateway answers over HTTP
   * @param {(url: string) => WebSocket} [open]
   */
  constructor(url, onFrame, onState, answers, open = (address) => new WebSocket(address)) {
    this.url = url;
    this.onFrame = onFrame;
    this.onState = onState;
    this.answers = answers;
    this.open = open;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#lastLook = Date.now();
    this.#looking = setInterval(() => this.#detectSleep(), LOOK_MS);
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    clearInterval(this.#looking);
    this.#socket?.close();
    this.#abandon();
    // A page from the back-forward cache is not live yet.
    this.#become("connecting");
  }

  /** Reconnects at once instead of waiting: the network is back, or the page is visible again. */
  hurry() {
    if (this.#stopped || this.#socket) return;
    this.#attempt = 0;
    clearTimeout(this.#retry);
    this.#connect();
  }

  /**
   * Asks for a snapshot, and gives the connection up if nothing comes in time.
   * @param {number} [ms]
   */
  check(ms = ANSWER_MS) {
    if (this.state !== "live") return;
    this.#socket?.send(JSON.stringify(resync()));
    this.#listen(ms);
  }

  /**
   * The network or the computer was away, or may have been: checks with a short deadline, so that
   * no outdated map stays.
   */
  doubt() {
    this.hurry();
    this.check(DOUBT_MS);
  }

  /**
   * @param {import("./protocol.js").Request} message
   * @param {number} [ms]
   * @returns {Promise<Reply>}
   */
  request(message, ms = ANSWER_MS) {
    const socket = this.#socket;
    if (!socket || this.state !== "live") return Promise.resolve(NO_ANSWER);
    const id = String(++this.#lastId);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(id, NO_ANSWER), ms);
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      socket.send(JSON.stringify({ ...message, id }));
    });
  }

  #connect() {
    const socket = (this.#socket = this.open(this.url));
    this.#refusals++;
    socket.onopen = () => (this.#refusals = 0);
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(parseFrame(data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
    this.#listen(ANSWER_MS);
  }

  /** @param {Frame} frame */
  #receive(frame) {
    if (frame.kind === "reply" && this.#answer(frame.id, frame)) return;
    if (frame.kind === "snapshot") {
      // Reset only now: a gateway that accepts and closes must not reset the back-off.
      this.#attempt = 0;
      this.#become("live");
    }
    // Before the snapshot no other frame extends the deadline.
    if (this.state === "live") this.#listen(SILENCE_MS);
    this.onFrame(frame);
  }

  /**
   * Restarts the watchdog: after this silence it checks the connection, and without an answer gives
   * it up.
   * @param {number} ms
   */
  #listen(ms) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => (ms === SILENCE_MS ? this.check() : this.#giveUp()), ms);
  }

  /** Compares wall-clock times: on some computers the timers' clock stops during sleep. */
  #detectSleep() {
    const before = this.#lastLook;
    this.#lastLook = Date.now();
    if (this.#lastLook - before > SLEPT_MS && !globalThis.document?.hidden) this.doubt();
  }

  #giveUp() {
    const socket = this.#socket;
    this.#lost(0);
    socket?.close();
  }

  /** @param {number} code */
  #lost(code) {
    this.#socket = null;
    clearTimeout(this.#watch);
    this.#abandon();
    if (this.#stopped) return;
    if (this.state !== "refused") this.#become("reconnecting");
    if (this.#refusals === REFUSALS) void this.#askWhy();
    const wait =
      code === POLICY_VIOLATION ? REFUSED_WAIT_MS : backOff(this.#attempt++, Math.random());
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  async #askWhy() {
    const through = await this.answers();
    if (through && this.#refusals >= REFUSALS && this.state === "reconnecting")
      this.#become("refused");
  }

  /** Resolves all open requests: their answers are lost with the connection. */
  #abandon() {
    for (const id of [...this.#waiting.keys()]) this.#answer(id, NO_ANSWER);
  }

  /** @param {string} id @param {Reply} reply @returns {boolean} whether somebody waited for it */
  #answer(id, reply) {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(reply);
    return resolve !== undefined;
  }

  /** @param {LineState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }
}
