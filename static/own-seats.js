// @ts-check
/**
 * A link from the map to the tickets of seats that this browser has bought. Its module is loaded
 * only if there are some.
 */
import { lazily } from "./lazy.js";

export class OwnSeats {
  #shown = "";

  /** @param {string} session @param {HTMLElement} place */
  constructor(session, place) {
    this.session = session;
    this.place = place;
  }

  /** @param {string[]} bought seats of this session */
  async update(bought) {
    const seats = bought.join();
    if (seats === this.#shown) return;
    this.#shown = seats;
    const own = await lazily(() => import("./own-tickets.js"));
    if (!(await own?.showTicketsOf(this.session, this.place))) this.#shown = "";
  }
}
