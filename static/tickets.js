// @ts-check
/**
 * Ticket categories, their prices, and the half-price tickets left: the same rules as
 * cinema/tickets.py. Booking computes all of it again and is the authority.
 */

/**
 * @typedef {"inteira"|"meia_estudante"|"meia_id_jovem"|"meia_pcd"|"meia_acompanhante"|"meia_idoso"}
 * Category
 */
/**
 * @typedef {{seat: import("./room.js").Seat, category: Category, price: number}} Ticket `price` in
 * centavos
 */

/** @type {Category[]} in in the order in which they are offered */
export const CATEGORIES = [
  "inteira",
  "meia_estudante",
  "meia_id_jovem",
  "meia_pcd",
  "meia_acompanhante",
  "meia_idoso",
];

/** @param {unknown} value @returns {value is Category} */
export const isCategory = (value) => CATEGORIES.includes(/** @type {any} */ (value));

/**
 * Half of an odd price is rounded down, so that it is never more than half.
 * @param {Category} category
 * @param {number} full centavos
 */
export const priceOf = (category, full) => (category === "inteira" ? full : Math.floor(full / 2));

/** People of 60 or more pay half outside of the quota (Lei 10.741). @param {Category} category */
export const needsQuota = (category) => category !== "inteira" && category !== "meia_idoso";

/** Centavos. @param {Ticket[]} tickets */
export const totalOf = (tickets) => tickets.reduce((sum, { price }) => sum + price, 0);

/** @param {Ticket[]} tickets */
export const quotaNeeded = (tickets) =>
  tickets.filter(({ category }) => needsQuota(category)).length;

/** The session's half-price tickets left, as the gateway reported them. */
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

  /** An older frame changes nothing. @param {import("./protocol.js").Frame} frame */
  apply(frame) {
    if (frame.kind !== "snapshot" && frame.kind !== "update") return;
    if (frame.kind === "update" && frame.version <= this.#version) return;
    this.#version = frame.version;
    if (frame.halvesSold !== null) this.sold = frame.halvesSold;
  }

  /** A refusal named the number left. @param {number} left */
  correct(left) {
    this.sold = this.total - left;
  }
}
