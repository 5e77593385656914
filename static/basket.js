// @ts-check
/**
 * Which category each own seat is to be paid in. Kept for the tab: a reload, or a hold that is
 * taken again, does not ask twice.
 */
import { tabMemory } from "./tab-memory.js";
import { isCategory, priceOf } from "./tickets.js";

/** @typedef {import("./tickets.js").Category} Category */
/** @typedef {{categories: Record<string, unknown>}} Memory */

/** What a tab that was just opened says to the others. */
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
   * What is chosen in one tab of the buyer is chosen in all, also in one that is opened later.
   * @param {() => void} onNews
   */
  share(onNews) {
    try {
      this.tabs = new BroadcastChannel(this.place);
    } catch {
      return; // a browser that keeps nothing may have no channel either
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

  /** They were bought. @param {string[]} seats */
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
