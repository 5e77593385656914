// @ts-check
/**
 * The whole hall in a corner while the map is zoomed: taken seats, own seats, and a frame around
 * the part in view. A tap moves the map there. Loaded with the first zoom, and hidden from screen
 * readers.
 */
import { drawing, make } from "./dom.js";
import { SCREEN_ROWS } from "./hall-fit.js";

/** @typedef {import("./room.js").Seat} Seat */

/** The shortest time between two drawings of up to 3,000 dots. */
const REST_MS = 500;
/**
 * In view of the hall's lower left corner, from this fraction on, it would cover seats that cannot
 * be scrolled from under it.
 */
const END = 0.08;

export class Minimap {
  /** The height of each row from the screen, in rows. @type {number[]} */
  #tops = [];
  #waiting = 0;

  /**
   * @param {HTMLElement} map @param {import("./zoom.js").MapZoom} zoom @param
   * {import("./room.js").Room} room
   * @param {(seat: string) => import("./store.js").SeatState} stateOf
   */
  constructor(map, zoom, room, stateOf) {
    this.map = map;
    this.zoom = zoom;
    this.room = room;
    this.stateOf = stateOf;
    this.height = SCREEN_ROWS;
    for (const { apart } of room.rows) {
      this.#tops.push(this.height + Number(apart));
      this.height += 1 + Number(apart);
    }
    this.seats = drawing("path", { class: "minimap-seats", d: this.#dots(() => true) });
    this.taken = drawing("path", { class: "minimap-taken" });
    this.mine = drawing("path", { class: "minimap-mine" });
    this.frame = drawing("rect", { class: "minimap-frame" });
    const hall = drawing("svg", {
      viewBox: `0 0 ${room.columns} ${this.height}`,
      preserveAspectRatio: "none",
    });
    hall.append(this.seats, this.taken, this.mine, this.frame);
    this.root = make(
      "div",
      { class: "minimap", "data-part": "minimap", "aria-hidden": "true" },
      hall,
    );
    this.root.style.setProperty("aspect-ratio", `${room.columns} / ${this.height}`);
  }

  start() {
    this.map.after(this.root);
    for (const news of ["view", "scroll"])
      this.map.addEventListener(news, () => this.#frameView(), { passive: true });
    this.root.addEventListener("pointerdown", (event) => this.#go(event));
    this.root.addEventListener("pointermove", (event) => event.buttons && this.#go(event));
    this.#draw();
    this.#frameView();
  }

  /** Seats changed; a hidden minimap is drawn later. */
  changed() {
    if (this.#waiting || !this.map.hasAttribute("data-zoomed")) return;
    this.#waiting = setTimeout(() => this.#draw(), REST_MS);
  }

  #draw() {
    this.#waiting = 0;
    this.taken.setAttribute(
      "d",
      this.#dots((state) => state === "held" || state === "sold"),
    );
    this.mine.setAttribute(
      "d",
      this.#dots((state) => /^(mine|asking|bought)$/.test(state)),
    );
  }

  #frameView() {
    const { left, top, right, bottom } = this.zoom.shown;
    const { columns } = this.room;
    const place = {
      x: left * columns,
      y: top * this.height,
      width: (right - left) * columns,
      height: (bottom - top) * this.height,
    };
    for (const [name, value] of Object.entries(place))
      this.frame.setAttribute(name, value.toFixed(2));
    this.root.toggleAttribute("data-top", left < END && bottom > 1 - END && top > END);
  }

  /** @param {PointerEvent} event */
  #go(event) {
    event.preventDefault();
    const box = this.root.getBoundingClientRect();
    this.zoom.lookAt([(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height]);
  }

  /** @param {(state: import("./store.js").SeatState) => boolean} belongs */
  #dots(belongs) {
    let path = "";
    for (const { name, line, column } of this.room.seats.values()) {
      if (belongs(this.stateOf(name)))
        path += `M${column + 0.1} ${this.#tops[line] + 0.1}h.8v.8h-.8z`;
    }
    return path;
  }
}
