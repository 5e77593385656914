// @ts-check
/**
 * The ticket category of each own seat. Kept for the tab, so that a reload or a repeated hold keeps
 * the choice.
 */
import { tabMemory } from "./tab-memory.js";
import { isCategory, priceOf } from "./tickets.js";

/** @typedef {import("./tickets.js").Category} Category */
/** @typedef {{categories: Record<string, unknown>}} Memory */

/** A new tab asks the others with this message. */
const ASKING = "categories?";

export class Basket {
  /**
   * @param {string} session
   * @param {Pick<Storage, "getItem"|"setItem">} [storage]
   */
  constructor(session, storage = tabMemory) {
    this.place = `ingressos:${session}`;
    this.storage = storage;
    this.memory = this.#read();
  }

  /**
   * Shares the choices with all tabs of the buyer, also with those that are opened later.
   * @param {() => void} onNews
   */
  share(onNews) {
    try {
      this.tabs = new BroadcastChannel(this.place);
    } catch {
      return; // a browser without storage may have no channel either
    }
    this.tabs.onmessage = ({ data }) => {
      if (data === ASKING) return this.tabs?.postMessage(this.memory.categories);
      Object.assign(this.memory.categories, data);
      this.#write();
      onNews();
    };
    this.tabs.postMessage(ASKING);
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
    this.tabs?.postMessage({ [seat]: category });
  }

  /** @param {import("./room.js").Seat[]} seats @returns {import("./tickets.js").Ticket[]} */
  tickets(seats) {
    return seats.map((seat) => {
      const category = this.categoryOf(seat.name);
      return { seat, category, price: priceOf(category, seat.price) };
    });
  }

  /** After a purchase. @param {string[]} seats */
  forget(seats) {
    for (const seat of seats) delete this.memory.categories[seat];
    this.#write();
  }

  /** @returns {Memory} */
  #read() {
    try {
      return { categories: Object(JSON.parse(this.storage.getItem(this.place) ?? "").categories) };
    } catch {
      return { categories: {} };
    }
  }

  #write() {
    this.storage.setItem(this.place, JSON.stringify(this.memory));
  }
}
