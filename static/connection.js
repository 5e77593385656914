// @ts-check
/**
 * A WebSocket that comes back: reconnects with back-off until it is stopped, pairs replies with
 * requests, and notices a silent line, a computer that slept and a network that lets no WebSocket
 * through. A request that gets no answer resolves to NO_ANSWER; it never rejects and is never sent
 * again by itself.
 */
import { NO_ANSWER, parseFrame, resync } from "./protocol.js";

/** @typedef {import("./protocol.js").Frame} Frame */
/** @typedef {import("./protocol.js").Reply} Reply */
/**
 * @typedef {"connecting"|"live"|"reconnecting"|"refused"} LineState `refused`: pages come through,
 * and sockets do not
 */

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8000;
/** After 1008 the gateway had enough of us: coming back at once would only make it worse. */
const REFUSED_WAIT_MS = 15000;
const POLICY_VIOLATION = 1008;
/** So many sockets in a row that never opened are no accident, if pages come through meanwhile. */
const REFUSALS = 3;
const ANSWER_MS = 8000;
const SILENCE_MS = 45000;
/** A line that is in doubt gets less time: what it shows meanwhile may be wrong. */
const DOUBT_MS = 3000;
const LOOK_MS = 1000;
/** No timer is so late, unless the computer stood still or nobody sees the page. */
const SLEPT_MS = 10000;

/**
 * Full jitter above a floor: a crowd that was cut off together does not come back together.
 * @param {number} attempt from 0 @param {number} random in [0, 1)
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
   * @param {(frame: Frame) => void} onFrame every frame but the replies that a request waits for
   * @param {(state: LineState) => void} onState
   * @param {() => Promise<boolean>} answers whether the gateway answers what is no WebSocket
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
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    clearInterval(this.#looking);
    this.#socket?.close();
    this.#abandon();
    // A page that is taken out of the browser's cache must not seem live before it is.
    this.#become("connecting");
  }

  /** Tries at once instead of waiting: the network is back, or somebody looks at the page again. */
  hurry() {
    if (this.#stopped || this.#socket) return;
    this.#attempt = 0;
    clearTimeout(this.#retry);
    this.#connect();
  }

  /** Asks for a snapshot, and gives the line up if nothing comes in time. @param {number} [ms] */
  check(ms = ANSWER_MS) {
    if (this.state !== "live") return;
    this.#socket?.send(JSON.stringify(resync()));
    this.#listen(ms);
  }

  /**
   * The network or the computer was away, or may be: whoever looks shall not look at an old map for
   * long.
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
      // Only now: a gateway that accepts and hangs up must not reset the back-off.
      this.#attempt = 0;
      this.#become("live");
    }
    // Whatever else is said, a line without a snapshot is given up in time.
    if (this.state === "live") this.#listen(SILENCE_MS);
    this.onFrame(frame);
  }

  /**
   * Silence for so long means: check the line; no answer to that means that it is dead.
   * @param {number} ms
   */
  #listen(ms) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => (ms === SILENCE_MS ? this.check() : this.#giveUp()), ms);
  }

  /**
   * By the wall clock, because the one that timers go by stands still on some computers that sleep.
   */
  #look() {
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

  /** Nobody will answer what was asked on a line that is gone. */
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
