// @ts-check
/**
 * The map: one button per seat in a layout grid with a single tab stop. It is built once; an update
 * touches only the seats that changed.
 */
import { icon, make } from "./dom.js";
import { seatAfterKey } from "./grid-keys.js";
import { asInProgramme } from "./language.js";
import { loaded } from "./lazy.js";
import { hasIcon, rowName, seatName } from "./seat-text.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {import("./store.js").SeatState} SeatState */

export class SeatMap {
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  #tabStop = "";

  /**
   * @param {HTMLElement} grid @param {Room} room
   * @param {(seat: string) => SeatState} stateOf
   * @param {(seat: string, button: HTMLButtonElement, event: MouseEvent) => void} onChoose
   */
  constructor(grid, room, stateOf, onChoose) {
    this.grid = grid;
    this.room = room;
    this.stateOf = stateOf;
    this.onChoose = onChoose;
  }

  start() {
    this.grid.replaceChildren(
      ...this.room.rows.flatMap((row) => [...gapBefore(row), this.#row(row)]),
    );
    this.paint(this.room.seats.keys());
    this.#stopAt(this.room.seats.keys().next().value ?? "");
    this.grid.addEventListener("click", (event) => this.#clicked(event));
    this.grid.addEventListener("keydown", (event) => this.#pressed(event));
    this.grid.addEventListener("focusin", (event) => this.#stopAt(seatOf(event)));
    this.grid.addEventListener("animationend", ({ target }) => {
      if (target instanceof HTMLElement) delete target.dataset.change;
    });
    this.#offerCard();
  }

  /** Loads the seat's card at the first pointer or focus event. */
  #offerCard() {
    const first = new AbortController();
    const load = (/** @type {Event} */ event) => {
      first.abort();
      loaded(() => import("./seat-card.js")).then(
        ({ SeatCard }) => new SeatCard(this.grid, this.room, this.stateOf).start(event),
        () => {},
      );
    };
    for (const sign of ["pointerover", "focusin"])
      this.grid.addEventListener(sign, load, { signal: first.signal });
  }

  /**
   * Repaints seats in their current states.
   * @param {Iterable<string>} seats
   * @param {boolean} [lively] animated
   */
  paint(seats, lively = false) {
    for (const name of seats) {
      const button = this.#buttons.get(name);
      const seat = this.room.seats.get(name);
      const state = this.stateOf(name);
      if (!button || !seat || button.dataset.state === state) continue;
      if (lively) button.dataset.change = state === "free" ? "freed" : "taken";
      button.dataset.state = state;
      button.setAttribute("aria-label", seatName(seat, state));
      button.setAttribute("aria-pressed", String(isMine(state)));
      button.setAttribute("aria-disabled", String(/^(unknown|held|sold)$/.test(state)));
      this.#join(seat);
    }
  }

  /** Joins a seat with its neighbours, or separates it. @param {Seat} seat */
  #join(seat) {
    const row = this.room.rows[seat.line].seats;
    const at = row.indexOf(seat);
    for (const [left, right] of [
      [row[at - 1], seat],
      [seat, row[at + 1]],
    ]) {
      if (!left || !right || right.column > left.column + 1) continue;
      const together = this.#areOne(left, right);
      this.#mark(left, "right", together);
      this.#mark(right, "left", together);
    }
  }

  /**
   * Whether two neighbours are drawn as one: the halves of a sofa in one state, or own seats.
   * @param {Seat} left
   * @param {Seat} right
   */
  #areOne(left, right) {
    const [a, b] = [left, right].map(({ name }) => this.stateOf(name));
    const own = (isMine(a) && isMine(b)) || (a === "bought" && b === a);
    return own || (a === b && left.partner === right.number);
  }

  /** @param {Seat} seat @param {string} side @param {boolean} joined */
  #mark({ name }, side, joined) {
    const data = this.#buttons.get(name)?.dataset;
    if (!data || (data.joined ?? "").includes(side) === joined) return;
    const other = (data.joined ?? "").replace(side, "").trim();
    data.joined = joined ? `${other} ${side}`.trim() : other;
    if (!data.joined) delete data.joined;
  }

  /** Prices are part of the seats' names. */
  rename() {
    for (const [name, button] of this.#buttons) {
      const seat = this.room.seats.get(name);
      if (seat) button.setAttribute("aria-label", seatName(seat, this.stateOf(name)));
    }
  }

  /** Marks these seats, and no others. @param {string} mark @param {Iterable<string>} seats */
  mark(mark, seats) {
    for (const button of this.grid.querySelectorAll(`[data-${mark}]`))
      button.removeAttribute(`data-${mark}`);
    for (const name of seats) this.#buttons.get(name)?.setAttribute(`data-${mark}`, "");
  }

  /** @param {string} name */
  focus(name) {
    this.#buttons.get(name)?.focus();
  }

  /** A row without seats stays as a gap. @param {import("./room.js").Row} row */
  #row(row) {
    if (!row.seats.length) return make("div", { class: "row", role: "none" });
    let end = 0;
    const cells = row.seats.map((seat) => {
      const cell = this.#cell(seat, seat.column - end);
      end = seat.column + 1;
      return cell;
    });
    return make("div", { class: "row", role: "row", "aria-label": rowName(row) }, ...cells);
  }

  /** @param {Seat} seat @param {number} gap free places before it */
  #cell(seat, gap) {
    const button = make(
      "button",
      {
        class: "seat",
        type: "button",
        tabindex: -1,
        "data-seat": seat.name,
        "data-kind": seat.kind,
      },
      hasIcon(seat.kind) ? icon(seat.kind) : String(seat.number),
    );
    this.#buttons.set(seat.name, button);
    const cell = make("span", { class: "cell", role: "gridcell" }, button);
    if (gap) cell.style.setProperty("--gap", String(gap));
    return cell;
  }

  /** @param {string} name */
  #stopAt(name) {
    if (!name || name === this.#tabStop) return;
    const before = this.#buttons.get(this.#tabStop);
    if (before) before.tabIndex = -1;
    const button = this.#buttons.get(name);
    if (button) button.tabIndex = 0;
    this.#tabStop = name;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const name = seatOf(event);
    const button = this.#buttons.get(name);
    if (button) this.onChoose(name, button, event);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const from = this.room.seats.get(seatOf(event));
    if (!from || event.altKey) return;
    const seat = seatAfterKey(this.room, from, event.key, event.ctrlKey || event.metaKey);
    if (!seat) return;
    event.preventDefault();
    this.focus(seat.name);
  }
}

/** @param {SeatState} state */
const isMine = (state) => state === "mine" || state === "asking";

/**
 * The gap before a block of rows, with the block's name if it has one.
 * @param {import("./room.js").Row} row
 */
function gapBefore({ apart, block }) {
  return apart
    ? [make("div", { class: "block", "aria-hidden": "true", text: block, ...asInProgramme })]
    : [];
}

/** The seat of an event in the map, or empty. @param {Event} event */
export function seatOf({ target }) {
  return (
    (target instanceof Element && target.closest("[data-seat]")?.getAttribute("data-seat")) || ""
  );
}
