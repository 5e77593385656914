// @ts-check
/** The same seats as a list by row: an equal way to choose. Built when it is first looked at. */
import { make } from "./dom.js";
import { shortMoney } from "./format.js";
import { kindText, seatName } from "./seat-text.js";
import { t } from "./text.js";

/** @typedef {import("./room.js").Room} Room */

export class SeatList {
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();

  /**
   * @param {HTMLElement} root @param {Room} room
   * @param {(seat: string) => import("./store.js").SeatState} stateOf
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
    for (const name of seats) {
      const button = this.#buttons.get(name);
      const seat = this.room.seats.get(name);
      const state = this.stateOf(name);
      if (!button || !seat || button.dataset.estado === state) continue;
      button.dataset.estado = state;
      button.setAttribute("aria-label", seatName(seat, state, true));
      button.setAttribute("aria-pressed", String(state === "seu" || state === "pedindo"));
      button.setAttribute("aria-disabled", String(state === "bloqueado" || state === "ocupado"));
    }
  }

  /** What seats cost is part of their names. */
  rename() {
    for (const [name, button] of this.#buttons) {
      const seat = this.room.seats.get(name);
      if (!seat) continue;
      button.replaceChildren(...words(seat));
      button.setAttribute("aria-label", seatName(seat, this.stateOf(name), true));
    }
  }

  #build() {
    const rows = this.room.rows.filter(({ seats }) => seats.length);
    this.root.replaceChildren(...rows.map(({ name, seats }) => make("section", { class: "list-row" },
      make("h2", { text: t("fila", { fila: name }) }),
      make("ul", {}, ...seats.map((seat) => make("li", {}, this.#item(seat)))))));
    this.paint(this.#buttons.keys());
    this.root.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("[data-item]") : null;
      if (item && event.detail < 2) this.onChoose(item.getAttribute("data-item") ?? "");
    });
  }

  /** @param {import("./room.js").Seat} seat */
  #item(seat) {
    const button = make("button", { class: "list-seat", type: "button", "data-item": seat.name }, ...words(seat));
    this.#buttons.set(seat.name, button);
    return button;
  }
}

/** @param {import("./room.js").Seat} seat */
function words(seat) {
  const facts = seat.kind === "comum" ? [] : [kindText(seat.kind)];
  return [make("strong", { text: seat.number }), ` ${[...facts, shortMoney(seat.price)].join(" · ")}`];
}
