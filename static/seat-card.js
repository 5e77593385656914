// @ts-check
/**
 * A card beside a seat: row, kind, prices, and a drawing of the screen from there. It appears for
 * the seat under a resting mouse, with the focus, or under a long press.
 */
import { drawing, make } from "./dom.js";
import { shortMoney } from "./format.js";
import { addTexts } from "./language.js";
import { kindText } from "./seat-text.js";
import { PICTURE, viewFrom } from "./seat-view.js";
import { enumerate, hasText, t } from "./text.js";
import { priceOf } from "./tickets.js";

/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {import("./store.js").SeatState} SeatState */

await addTexts("seat");

const REST_MS = 300;
const PRESS_MS = 500;
const GAP_PX = 8;

export class SeatCard {
  #timer = 0;
  /** The seat under a finger that was just put down. @type {HTMLElement|null} */
  #touched = null;
  /** A long press happened: lifting the finger chooses nothing. */
  #stayed = false;

  /**
   * @param {HTMLElement} grid
   * @param {import("./room.js").Room} room
   * @param {(seat: string) => SeatState} stateOf
   */
  constructor(grid, room, stateOf) {
    this.stage = /** @type {HTMLElement} */ (grid.closest("[data-part=stage]"));
    this.grid = grid;
    this.room = room;
    this.stateOf = stateOf;
    this.root = make("div", { id: "seat-card", class: "seat-card", role: "tooltip" });
    this.root.hidden = true;
  }

  /** @param {Event} event the event that loaded this module */
  start(event) {
    this.stage.append(this.root);
    this.grid.addEventListener("pointerover", (over) => this.#over(over));
    this.grid.addEventListener(
      "pointerleave",
      ({ pointerType }) => pointerType === "mouse" && this.hide(),
    );
    this.grid.addEventListener("focusin", (focus) => this.#focused(focus));
    this.grid.addEventListener("focusout", () => this.hide());
    this.grid.addEventListener("pointerdown", (down) => this.#down(down));
    for (const end of ["pointerup", "pointercancel"])
      this.grid.addEventListener(end, () => this.#up());
    this.grid.addEventListener("contextmenu", (menu) => this.#stays() && menu.preventDefault());
    this.grid.addEventListener("click", (click) => this.#clicked(click), true);
    for (const other of ["pointerdown", "wheel", "scroll"])
      addEventListener(other, () => this.hide(), { capture: true, passive: true });
    addEventListener("keydown", ({ key }) => key === "Escape" && this.hide());
    if (event instanceof PointerEvent) this.#over(event);
    else this.#focused(event);
  }

  hide() {
    clearTimeout(this.#timer);
    this.root.hidden = true;
    this.grid.querySelector("[aria-describedby=seat-card]")?.removeAttribute("aria-describedby");
  }

  /**
   * Shows a card after a delay, or at once if another is shown; a passing mouse shows none.
   * @param {PointerEvent} event
   */
  #over(event) {
    const button = seatAt(event);
    if (event.pointerType !== "mouse" || !button) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(button), this.root.hidden ? REST_MS : 0);
  }

  /** Only a focus by keyboard counts: a click focuses, too. @param {Event} event */
  #focused(event) {
    const button = seatAt(event);
    if (!button?.matches(":focus-visible")) return;
    button.setAttribute("aria-describedby", this.root.id);
    this.#show(button);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.#stayed = false;
    this.#touched = event.pointerType === "mouse" ? null : seatAt(event);
    if (this.#touched) this.#timer = setTimeout(() => this.#stays(), PRESS_MS);
  }

  /** After our delay, or the browser's own, which then fires `contextmenu`. */
  #stays() {
    clearTimeout(this.#timer);
    if (this.#touched) this.#show(this.#touched);
    this.#stayed ||= this.#touched !== null;
    this.#touched = null;
    return this.#stayed;
  }

  #up() {
    clearTimeout(this.#timer);
    this.#touched = null;
  }

  /** @param {MouseEvent} event `detail` is 0 for a click by keyboard */
  #clicked(event) {
    if (!this.#stayed || !event.detail) return this.hide();
    this.#stayed = false;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {HTMLElement} button */
  #show(button) {
    const seat = this.room.seats.get(button.dataset.seat ?? "");
    if (!seat || !button.isConnected) return;
    this.root.replaceChildren(...contents(this.room, seat, this.stateOf(seat.name)));
    this.root.hidden = false;
    this.#place(button.getBoundingClientRect());
  }

  /**
   * Positions the card above the seat if there is room, and within the stage.
   * @param {DOMRect} seat
   */
  #place(seat) {
    const stage = this.stage.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const above = seat.top - stage.top - height - GAP_PX;
    const left = Math.min(
      stage.width - width - GAP_PX,
      Math.max(GAP_PX, seat.left + seat.width / 2 - stage.left - width / 2),
    );
    this.root.style.setProperty("left", `${left}px`);
    this.root.style.setProperty("top", `${above < 0 ? seat.bottom - stage.top + GAP_PX : above}px`);
  }
}

/** @param {Event} event @returns {HTMLElement|null} */
const seatAt = ({ target }) => (target instanceof Element ? target.closest("[data-seat]") : null);

/**
 * A sofa has one card, with one price.
 * @param {import("./room.js").Room} room
 * @param {Seat} seat
 * @param {SeatState} state
 */
function contents(room, seat, state) {
  const whole = room.rows[seat.line].seats.filter(
    (other) => other === seat || other.number === seat.partner,
  );
  const view = viewFrom(room, seat);
  const numbers = enumerate(whole.map(({ number }) => String(number)));
  return [
    pictureOf(view),
    make("strong", { text: t("card.seat", { row: seat.row, number: numbers }) }),
    ...(seat.kind === "comum" ? [] : [make("span", { text: kindOf(seat.kind) })]),
    make("span", {
      text:
        state === "bought" || state === "held" || state === "sold"
          ? t(`legend.${state}`)
          : prices(whole),
    }),
    make("span", {
      class: "quiet",
      text: `${t("card.row", { n: view.row, total: view.rows })} · ${sideOf(view)}`,
    }),
  ];
}

/** @param {string} kind */
function kindOf(kind) {
  const hint = `hint.${kind}`;
  return hasText(hint) ? t(hint) : kindText(kind);
}

/** @param {Seat[]} seats */
function prices(seats) {
  const sum = (/** @type {import("./tickets.js").Category} */ category) =>
    shortMoney(seats.reduce((total, { price }) => total + priceOf(category, price), 0));
  return t("price.both", { full: sum("inteira"), half: sum("meia_estudante") });
}

/** @param {import("./seat-view.js").View} view */
function sideOf({ side }) {
  if (!side) return t("card.middle");
  return t(side < 0 ? "card.left" : "card.right", { n: Math.abs(side) });
}

/** @param {import("./seat-view.js").View} view */
function pictureOf({ corners }) {
  const screen = drawing("polygon", { points: corners.join(" ") });
  return drawing(
    "svg",
    { viewBox: `0 0 ${PICTURE.width} ${PICTURE.height}`, "aria-hidden": "true" },
    screen,
  );
}
