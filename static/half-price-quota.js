// @ts-check
/** How many half-price tickets the session has left, as far as the gateway has told. */

export class HalfPriceQuota {
  #version = -1;

  /** @param {number} total @param {number} sold */
  constructor(total, sold) {
    this.total = total;
    this.sold = sold;
  }

  get left() {
    return Math.max(0, this.total - this.sold);
  }

  /** A frame that is older than what is known changes nothing. @param {import("./protocol.js").Frame} frame */
  apply(frame) {
    if (frame.kind !== "snapshot" && frame.kind !== "update") return;
    if (frame.kind === "update" && frame.version <= this.#version) return;
    this.#version = frame.version;
    if (frame.halvesSold !== null) this.sold = frame.halvesSold;
  }

  /** A refusal said how many there are. @param {number} left */
  told(left) {
    this.sold = this.total - left;
  }
}
