// @ts-check
/**
 * The seats as a list, row by row: an equal alternative to the map, built when it is first shown.
 */
import { make } from "./dom.js";
import { shortMoney } from "./format.js";
import { rowName, spokenKind } from "./seat-text.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").Row} Row */
/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {import("./store.js").SeatState} SeatState */
/** @typedef {{row: Row, root: HTMLDetailsElement, count: HTMLElement}} Part of the list */

/** Up to this many rows are all open at first. */
const FEW_ROWS = 3;
const isTaken = (/** @type {SeatState} */ state) => state === "held" || state === "sold";

export class SeatList {
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {Part[]} */
  #parts = [];

  /**
   * @param {HTMLElement} root @param {Room} room
   * @param {(seat: string) => SeatState} stateOf
   * @param {(seat: string) => void} onChoose
   */
  constructor(root, room, stateOf, onChoose) {
    this.root = root;
    this.room = room;
    this.stateOf = stateOf;
    this.onChoose = onChoose;
  }

  /** @param {boolean} visible */
  show(visible) {
    if (visible && !this.#parts.length) this.#build();
    this.root.hidden = !visible;
    if (visible) this.root.focus();
  }

  /** @param {Iterable<string>} seats */
  paint(seats) {
    const lines = new Set();
    for (const name of this.#parts.length ? seats : []) {
      const seat = this.room.seats.get(name);
      if (seat) lines.add(seat.line);
      this.#paintSeat(name);
    }
    for (const part of this.#parts) if (lines.has(part.row.seats[0].line)) this.#count(part);
  }

  /** Prices are part of the seats' names. */
  rename() {
    for (const button of this.#buttons.values()) delete button.dataset.state;
    this.paint(this.room.seats.keys());
  }

  #build() {
    const rows = this.room.rows.filter(({ seats }) => seats.length);
    this.#parts = rows.map((row) => this.#part(row));
    this.root.replaceChildren(this.#onlyFree(), ...this.#parts.map(({ root }) => root));
    for (const part of this.#parts) {
      this.#count(part);
      part.root.open =
        rows.length <= FEW_ROWS ||
        part.row.seats.some(({ name }) => /^(mine|asking)$/.test(this.stateOf(name)));
    }
    this.root.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("[data-item]") : null;
      if (item && event.detail < 2) this.onChoose(item.getAttribute("data-item") ?? "");
    });
  }

  #onlyFree() {
    const box = make("input", { type: "checkbox", "data-action": "free-only" });
    const show = () => this.root.toggleAttribute("data-free-only", box.checked);
    box.checked = true;
    box.onchange = show;
    show();
    return make("label", { class: "check" }, box, make("span", { text: t("list.free_only") }));
  }

  /** A row's seats are built when it is opened. @param {Row} row @returns {Part} */
  #part(row) {
    const count = make("span", { class: "quiet" });
    const seats = make("ul", { "aria-label": t("row", { row: row.name }) });
    const root = make(
      "details",
      { class: "list-row", "data-row": row.name },
      make("summary", {}, make("h2", {}, rowName(row), " ", count)),
      seats,
    );
    root.ontoggle = () =>
      seats.childElementCount || seats.append(...row.seats.map((seat) => this.#item(seat)));
    return { row, root, count };
  }

  /** @param {Seat} seat */
  #item({ name }) {
    const button = make("button", { class: "list-seat", type: "button", "data-item": name });
    const item = make("li", {}, button);
    this.#buttons.set(name, button);
    this.#paintSeat(name);
    return item;
  }

  /** @param {string} name */
  #paintSeat(name) {
    const button = this.#buttons.get(name);
    const seat = this.room.seats.get(name);
    const state = this.stateOf(name);
    if (!button || !seat || button.dataset.state === state) return;
    button.dataset.state = state;
    button.replaceChildren(
      make("strong", { text: seat.number }),
      ...this.#words(seat, state).map((word) => `, ${word}`),
    );
    button.setAttribute("aria-pressed", String(state === "mine" || state === "asking"));
    button.setAttribute("aria-disabled", String(isTaken(state) || state === "unknown"));
    button.parentElement?.toggleAttribute("data-taken", isTaken(state));
  }

  /**
   * The words after a seat's number: only what differs from its row's kind and usual price.
   * @param {Seat} seat
   * @param {SeatState} state
   */
  #words(seat, state) {
    const row = this.room.rows[seat.line];
    const kind = spokenKind(seat);
    const words = kind && kind !== sharedKind(row) ? [kind] : [];
    if (state !== "free") words.push(t(`state.${state}`));
    const isUsual = pricesOf(row)[0] === seat.price;
    return isTaken(state) || isUsual ? words : [...words, shortMoney(seat.price)];
  }

  /** @param {Part} part */
  #count({ row, root, count }) {
    const states = row.seats.map(({ name }) => this.stateOf(name));
    const free = states.filter((state) => state === "free").length;
    const said = [t("list.free", { n: free })];
    const kind = sharedKind(row);
    if (kind) said.unshift(kind);
    if (free) said.push(enumerate(pricesOf(row).map(shortMoney)));
    if (count.textContent !== said.join(" · ")) count.textContent = said.join(" · ");
    root.toggleAttribute("data-full", states.every(isTaken));
  }
}

/** The special kind that all seats of a row share, or empty. @param {Row} row */
const sharedKind = ({ seats }) =>
  seats.every((seat) => spokenKind(seat) === spokenKind(seats[0])) ? spokenKind(seats[0]) : "";

/** The prices of a row, the most common first. @param {Row} row */
function pricesOf({ seats }) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const { price } of seats) counts.set(price, (counts.get(price) ?? 0) + 1);
  return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a - b);
}
