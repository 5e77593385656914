// @ts-check
/**
 * Which category each own seat is to be paid in. Kept for the tab, so that a reload or a hold
 * that is taken again does not ask twice; and what was bought in it, which holds no longer tell.
 */
import { isCategory, priceOf } from "./tickets.js";

/** @typedef {import("./tickets.js").Category} Category */
/** @typedef {{categories: Record<string, unknown>, bought: unknown[]}} Memory */

export class Basket {
  /**
   * @param {string} session
   * @param {Pick<Storage, "getItem"|"setItem">} [storage]
   */
  constructor(session, storage = sessionStorage) {
    this.place = `ingressos:${session}`;
    this.storage = storage;
    this.memory = this.#read();
  }

  /** @param {string} seat @returns {Category} */
  categoryOf(seat) {
    const category = this.memory.categories[seat];
    return isCategory(category) ? category : "inteira";
  }

  /** @param {string} seat @param {Category} category */
  choose(seat, category) {
    this.memory.categories[seat] = category;
    this.#write();
  }

  /** @param {import("./room.js").Seat[]} seats @returns {import("./tickets.js").Ticket[]} */
  tickets(seats) {
    return seats.map((seat) => {
      const category = this.categoryOf(seat.name);
      return { seat, category, price: priceOf(category, seat.price) };
    });
  }

  /** @param {string[]} seats */
  bought(seats) {
    this.memory.bought.push(...seats);
    for (const seat of seats) delete this.memory.categories[seat];
    this.#write();
  }

  /** @param {string} seat */
  hasBought(seat) {
    return this.memory.bought.includes(seat);
  }

  /** @returns {Memory} */
  #read() {
    try {
      const { categories, bought } = JSON.parse(this.storage.getItem(this.place) ?? "");
      return { categories: Object(categories), bought: Array.isArray(bought) ? bought : [] };
    } catch {
      return { categories: {}, bought: [] };
    }
  }

  #write() {
    this.storage.setItem(this.place, JSON.stringify(this.memory));
  }
}
