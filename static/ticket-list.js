// @ts-check
/** The tickets of the order. A row lives as long as its seat is held, so that what one is about to choose stays under the hand. */
import { quotaNeeded } from "./tickets.js";
import { TicketRow } from "./ticket-row.js";

/** @typedef {import("./tickets.js").Ticket} Ticket */

export class TicketList {
  /** @type {Map<string, TicketRow>} */
  #rows = new Map();

  /** @param {HTMLElement} list @param {ConstructorParameters<typeof TicketRow>[1]} on @param {() => void} onFocusLost the row with the focus went away, and no other is left */
  constructor(list, on, onFocusLost) {
    this.list = list;
    this.on = on;
    this.onFocusLost = onFocusLost;
  }

  /** @param {Ticket[]} tickets @param {number} halvesLeft half-price tickets that the session has left */
  render(tickets, halvesLeft) {
    const rows = tickets.map((ticket) => this.#rowOf(ticket));
    const hadFocus = this.#dropAllBut(new Set(rows));
    const spare = halvesLeft - quotaNeeded(tickets);
    tickets.forEach((ticket, i) => {
      const { root } = rows[i];
      if (this.list.children[i] !== root) this.list.insertBefore(root, this.list.children[i] ?? null);
      rows[i].update(ticket, spare + quotaNeeded([ticket]));
    });
    if (hadFocus && rows.length) rows[0].release.focus();
    else if (hadFocus) this.onFocusLost();
  }

  /** The first choice gets the focus. */
  focus() {
    this.list.querySelector("select")?.focus();
  }

  /** @param {Ticket} ticket */
  #rowOf({ seat }) {
    const row = this.#rows.get(seat.name) ?? new TicketRow(seat, this.on);
    this.#rows.set(seat.name, row);
    return row;
  }

  /** @param {Set<TicketRow>} kept @returns {boolean} whether the focus was in one that went */
  #dropAllBut(kept) {
    let hadFocus = false;
    for (const [name, row] of this.#rows) {
      if (kept.has(row)) continue;
      hadFocus ||= row.root.contains(document.activeElement);
      row.root.remove();
      this.#rows.delete(name);
    }
    return hadFocus;
  }
}
