// @ts-check
/**
 * Zoom of the map: level 1 is fitted to the space there is, more is closer. A step only moves and
 * scales the picture that is there, which costs the same for 3,000 seats as for 30; once the steps
 * rest, the hall is laid out and drawn at its new size.
 */
import { Detail } from "./detail.js";
import { HallFit, SCREEN_ROWS } from "./hall-fit.js";
import { fitLetters, lettersOf } from "./row-letters.js";
import { listenForZoom } from "./zoom-input.js";

/** @typedef {import("./hall-fit.js").View} View */

/** WCAG 2.5.8: what a finger can hit. */
const FINGER_PX = 24;
const COMFORT_PX = 34;
const STEP = 1.4;
const SETTLED_MS = 200;
/** Of the screen: a picture that needs more of them, 4 bytes each, is drawn anew while it is zoomed out. */
const LARGEST_PICTURE_PX = 40e6;

export class MapZoom {
  #fit;
  #detail;
  /** As it is laid out. @type {View} */
  #drawn;
  /** As it is seen. @type {View} */
  #seen;
  #settling = 0;

  /** @param {HTMLElement} map the scrolling window @param {HTMLElement} hall what is scaled in it @param {HTMLElement} grid the seats @param {import("./room.js").Room} room */
  constructor(map, hall, grid, room) {
    this.map = map;
    this.hall = hall;
    this.grid = grid;
    this.room = room;
    this.plane = /** @type {HTMLElement} */ (map.firstElementChild);
    this.sides = /** @type {NodeListOf<HTMLElement>} */ (map.querySelectorAll(".letters"));
    this.screen = /** @type {HTMLElement} */ (hall.querySelector(".screen"));
    this.#fit = new HallFit(room);
    this.#detail = new Detail(grid, room.seats.size);
    this.#drawn = this.#seen = this.#fit.view(1, { left: 0, top: 0 });
  }

  start() {
    for (const side of this.sides) side.replaceChildren(...lettersOf(this.room, SCREEN_ROWS));
    listenForZoom(this.map, this);
    new ResizeObserver(() => this.#refit()).observe(this.map, { box: "border-box" });
    this.#refit();
  }

  get level() {
    return this.#seen.level;
  }

  closer() {
    this.to(this.level * STEP);
    this.#settle();
  }

  farther() {
    this.to(this.level / STEP);
    this.#settle();
  }

  fit() {
    this.to(1);
    this.#settle();
  }

  /** Whether seats are too small for a finger as they stand. */
  get isSmall() {
    return this.#fit.pitch(this.level) < FINGER_PX;
  }

  /** Makes seats comfortable around one of them. @param {HTMLElement} seat */
  approach(seat) {
    const box = seat.getBoundingClientRect();
    const window = this.map.getBoundingClientRect();
    const x = box.x + box.width / 2 - window.x;
    const y = box.y + box.height / 2 - window.y;
    this.to(this.#fit.levelOf(COMFORT_PX), x, y);
  }

  /** Has seats in the middle of the window, comfortable for a finger where they were too small. @param {string[]} names */
  show(names) {
    const seats = names.flatMap((name) => this.room.seats.get(name) ?? []);
    if (!seats.length || this.map.hidden) return;
    const level = this.isSmall ? Math.min(this.#fit.levelOf(COMFORT_PX), this.#fit.levelOfAll(seats)) : this.level;
    this.#settle();
    this.#seen = this.#fit.lookAt(this.#fit.clamp(level), this.#fit.middleOf(seats));
    this.#settle();
  }

  /**
   * Keeps what is under (x, y) of the window where it is.
   * @param {number} level @param {number} [x] @param {number} [y]
   */
  to(level, x = this.map.clientWidth / 2, y = this.map.clientHeight / 2) {
    if (this.#seen === this.#drawn) this.#drawn = this.#seen = this.#scrolled();
    this.#seen = this.#fit.around(this.#seen, this.#fit.clamp(level), x, y);
    const times = this.#seen.level / this.#drawn.level;
    const picture = this.#fit.pictured(this.#drawn.level, times) * devicePixelRatio ** 2;
    if (picture > LARGEST_PICTURE_PX) this.#settle();
    else this.#stretch(times);
  }

  /** Where the hall stands now that somebody has scrolled. @returns {View} */
  #scrolled() {
    const { level } = this.#drawn;
    const { left, top } = this.#fit.place(level);
    return this.#fit.view(level, { left: left - this.map.scrollLeft, top: top - this.map.scrollTop });
  }

  /** Shows the picture that is there as the hall will stand. @param {number} times */
  #stretch(times) {
    const [drawn, seen] = [this.#drawn, this.#seen];
    const down = seen.top - drawn.top;
    move(this.hall, `translate(${seen.left - drawn.left}px, ${down}px) scale(${times})`);
    const [from, to] = [this.#fit.letters(drawn), this.#fit.letters(seen)];
    this.sides.forEach((side, n) => {
      move(side, `translate(${to[n] - from[n]}px, ${down}px) scaleY(${times})`);
      side.style.setProperty("--upright", String(1 / times));
    });
    this.#detail.pause();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SETTLED_MS);
  }

  /** Lays the hall out as it is seen. */
  #settle() {
    clearTimeout(this.#settling);
    if (this.#seen === this.#drawn) return;
    this.#drawn = this.#seen;
    this.#layOut();
    this.map.scrollTo(this.#seen.scroll);
  }

  /** The window has another size: works the fit out anew, and keeps the level and what is in the middle. */
  #refit() {
    const { offsetWidth: width, offsetHeight: height } = this.map;
    if (!width) return;
    const middle = this.#fit.middle(this.#seen === this.#drawn ? this.#scrolled() : this.#seen);
    const { level } = this;
    this.#fit.refit({ width, height }, this.sides[0].offsetWidth);
    this.grid.style.setProperty("--deep", `${this.#fit.deep}px`);
    this.#seen = this.#fit.lookAt(this.#fit.clamp(level), middle);
    this.#settle();
  }

  #layOut() {
    const { level } = this.#drawn;
    const { scale, width, height, plane } = this.#fit.place(level);
    const row = this.#fit.deep * scale;
    size(this.plane, plane.width, plane.height);
    size(this.hall, width, height);
    this.hall.style.setProperty("padding-top", `${SCREEN_ROWS * row}px`);
    this.screen.style.setProperty("height", `${SCREEN_ROWS * row}px`);
    move(this.grid, `scale(${scale})`);
    move(this.hall, "none");
    for (const side of this.sides) {
      move(side, "none");
      side.style.setProperty("--upright", "1");
      fitLetters(side, row);
    }
    this.#detail.fit(this.#fit.pitch(level));
  }
}

/** @param {HTMLElement} node @param {string} transform */
const move = (node, transform) => node.style.setProperty("transform", transform);

/** @param {HTMLElement} node @param {number} width @param {number} height */
function size(node, width, height) {
  node.style.setProperty("width", `${width}px`);
  node.style.setProperty("height", `${height}px`);
}
