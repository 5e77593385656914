// @ts-check
/** The same seats as a list by row: an equal way to choose. Built when it is first looked at. */
import { make } from "./dom.js";
import { seatName } from "./seat-text.js";
import { t } from "./text.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").Row} Row */
/** @typedef {import("./store.js").SeatState} SeatState */

export class SeatList {
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  /** How many are free, by row. @type {Map<string, HTMLElement>} */
  #counts = new Map();

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
    if (visible && !this.#buttons.size) this.#build();
    this.root.hidden = !visible;
    if (visible) this.root.focus();
  }

  /** @param {Iterable<string>} seats */
  paint(seats) {
    const rows = new Set();
    for (const name of this.#buttons.size ? seats : []) {
      const button = this.#buttons.get(name);
      const seat = this.room.seats.get(name);
      const state = this.stateOf(name);
      if (!button || !seat || button.dataset.estado === state) continue;
      button.dataset.estado = state;
      button.replaceChildren(...words(seat, state));
      button.setAttribute("aria-pressed", String(state === "seu" || state === "pedindo"));
      button.setAttribute("aria-disabled", String(state === "bloqueado" || state === "ocupado"));
      rows.add(this.room.rows[seat.line]);
    }
    for (const row of rows) this.#count(row);
  }

  /** What seats cost is part of their names. */
  rename() {
    for (const [name, button] of this.#buttons) {
      const seat = this.room.seats.get(name);
      if (seat) button.replaceChildren(...words(seat, this.stateOf(name)));
    }
  }

  #build() {
    const rows = this.room.rows.filter(({ seats }) => seats.length).map((row) => this.#row(row));
    this.root.replaceChildren(this.#onlyFree(), ...rows);
    this.paint(this.#buttons.keys());
    this.root.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("[data-item]") : null;
      if (item && event.detail < 2) this.onChoose(item.getAttribute("data-item") ?? "");
    });
  }

  #onlyFree() {
    const box = make("input", { type: "checkbox", "data-acao": "so-livres" });
    box.onchange = () => this.root.toggleAttribute("data-so-livres", box.checked);
    return make("label", { class: "check" }, box, make("span", { text: t("lista.so_livres") }));
  }

  /** @param {Row} row */
  #row({ name, seats }) {
    const count = make("span", { class: "quiet" });
    this.#counts.set(name, count);
    return make("section", { class: "list-row" },
      make("h2", {}, t("fila", { fila: name }), " ", count),
      make("ul", {}, ...seats.map((seat) => make("li", {}, this.#item(seat)))));
  }

  /** @param {import("./room.js").Seat} seat */
  #item(seat) {
    const button = make("button", { class: "list-seat", type: "button", "data-item": seat.name });
    this.#buttons.set(seat.name, button);
    return button;
  }

  /** @param {Row} row */
  #count({ name, seats }) {
    const free = seats.filter((seat) => this.stateOf(seat.name) === "livre").length;
    const count = this.#counts.get(name);
    if (count) count.textContent = t("lista.livres", { n: free });
  }
}

/** Everything that is heard stands there, too: "14, premium, livre, R$ 44,00". @param {import("./room.js").Seat} seat @param {SeatState} state */
function words(seat, state) {
  const number = String(seat.number);
  return [make("strong", { text: number }), seatName(seat, state, true).slice(number.length)];
}
