// @ts-check
/**
 * The idempotency key of a payment, made once per basket and kept until the answer is known. The
 * request is kept with it, since only the same key with the same body is safe to repeat after a
 * lost connection or a reload. Both are erased with the answer, and when the tab closes.
 */

import { tabMemory } from "./tab-memory.js";

/** @typedef {import("./validation.js").Payment} Payment */
/**
 * What is paid for.
 * @typedef {object} Purchase
 * @property {string[]} seats by name
 * @property {Record<string, import("./tickets.js").Category>} categories by seat
 * @property {number} total centavos, as the buyer saw it
 * @property {string} language of the mail
 * @property {string} edition of the session, as the buyer saw it
 * @property {Payment} payment
 */
/** @typedef {Purchase & {key: string}} Attempt */

/** `randomUUID` exists only in secure contexts, and a test system may serve plain HTTP. */
const randomKey = () =>
  crypto.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

export class PaymentAttempts {
  /**
   * @param {string} session
   * @param {Pick<Storage, "getItem"|"setItem"|"removeItem">} [storage]
   * @param {() => string} [newKey]
   */
  constructor(session, storage = tabMemory, newKey = randomKey) {
    this.place = `pagamento:${session}`;
    this.storage = storage;
    this.newKey = newKey;
  }

  /** The attempt whose answer is unknown, or null. @returns {Attempt|null} */
  get open() {
    try {
      return JSON.parse(this.storage.getItem(this.place) ?? "null");
    } catch {
      return null;
    }
  }

  /**
   * Begins an attempt, or returns the open one of the same purchase.
   * @param {Purchase} purchase
   * @returns {Attempt}
   */
  begin(purchase) {
    const { key, ...last } = this.open ?? { key: "" };
    if (JSON.stringify(last) === JSON.stringify(purchase)) return { key, ...purchase };
    const attempt = { key: this.newKey(), ...purchase };
    this.storage.setItem(this.place, JSON.stringify(attempt));
    return attempt;
  }

  /** The answer is known. */
  settle() {
    this.storage.removeItem(this.place);
  }
}
