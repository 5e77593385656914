// @ts-check
/**
 * Zoom of the map: level 1 fits the window, a higher level is closer. A step only moves and scales
 * the existing layer, at the same cost for 3,000 seats as for 30; after the last step the hall is
 * laid out and drawn at its new size. Buttons, keys and the first tap are animated, to keep the
 * reader oriented.
 */
import { Glide } from "./glide.js";
import { HallFit } from "./hall-fit.js";
import { HallPicture } from "./hall-picture.js";
import { listenForZoom } from "./zoom-input.js";

/** @typedef {import("./hall-fit.js").View} View */
/** @typedef {import("./hall-fit.js").Point} Point */

/** The smallest seat that a finger hits; a wrong seat costs one more tap. */
const FINGER_PX = 20;
const COMFORT_PX = 34;
const STEP = 1.4;
const SETTLED_MS = 200;
/**
 * Screen pixels, at 4 bytes each, of the largest layer that is scaled; a larger one is drawn again
 * during the zoom.
 */
const LARGEST_PICTURE_PX = 40e6;

export class MapZoom {
  #fit;
  #picture;
  #glide = new Glide();
  /** The level at the end of the animation. */
  #goal = 1;
  /** The view that is laid out. @type {View} */
  #drawn;
  /** The view on the screen. @type {View} */
  #seen;
  #settling = 0;

  /** The window's size at the last fit. */
  #size = "";

  /**
   * @param {HTMLElement} map the scrolling window
   * @param {HTMLElement} hall what is scaled in it
   * @param {HTMLElement} grid the seats
   * @param {import("./room.js").Room} room
   */
  constructor(map, hall, grid, room) {
    this.map = map;
    this.room = room;
    this.#fit = new HallFit(room);
    this.#picture = new HallPicture(map, hall, grid, this.#fit, room);
    this.#drawn = this.#seen = this.#fit.view(1, { left: 0, top: 0 });
  }

  start() {
    listenForZoom(this.map, this);
    new ResizeObserver(() => this.#refit()).observe(this.map, { box: "border-box" });
    this.#refit();
  }

  get level() {
    return this.#seen.level;
  }

  /** @param {HTMLElement} [seat] the fixed point of the zoom; default: the middle of the window */
  closer(seat) {
    this.#glideTo(this.#next * STEP, seat);
  }

  /** @param {HTMLElement} [seat] */
  farther(seat) {
    this.#glideTo(this.#next / STEP, seat);
  }

  fit() {
    this.#glideTo(1);
  }

  /** Whether seats are too small for a finger now. */
  get isSmall() {
    return this.#fit.pitch(this.level) < FINGER_PX;
  }

  /** Zooms to a comfortable size around a seat. @param {HTMLElement} seat */
  approach(seat) {
    this.#glideTo(Math.max(this.level, this.#fit.levelOf(COMFORT_PX)), seat);
  }

  /**
   * Brings seats to the middle of the window's uncovered part, at a comfortable size if they were
   * too small.
   * @param {string[]} names
   * @param {Element} cover an element over the window's lower edge
   */
  show(names, cover) {
    const seats = names.flatMap((name) => this.room.seats.get(name) ?? []);
    if (!seats.length || this.map.hidden) return;
    this.#refit();
    const window = this.map.getBoundingClientRect();
    const { top, height } = cover.getBoundingClientRect();
    const covered = height ? Math.min(window.height / 2, Math.max(0, window.bottom - top)) : 0;
    const level = this.isSmall
      ? Math.min(this.#fit.levelOf(COMFORT_PX), this.#fit.levelOfAll(seats))
      : this.level;
    const { left, top: middle } = this.#fit.center;
    const point = this.#fit.middleOf(seats);
    this.#move(level, point, this.#fit.standsAt(this.#current, point), {
      left,
      top: middle - covered / 2,
    });
  }

  /**
   * Zooms around the point (x, y) of the window.
   * @param {number} level
   * @param {number} x
   * @param {number} y
   */
  to(level, x, y) {
    this.#glide.stop();
    this.#show(this.#fit.around(this.#current, this.#fit.clamp(level), x, y));
  }

  /**
   * Brings a point of the hall to the middle of the window.
   * @param {[number, number]} point as fractions of its width and height
   */
  lookAt(point) {
    this.#glide.stop();
    this.#show(this.#fit.lookAt(this.#current.level, point));
    this.#settle();
  }

  /** The part of the hall that is in the window. */
  get shown() {
    return this.#fit.shown(this.#current);
  }

  /** The level at which the next step begins. */
  get #next() {
    return this.#glide.isUnderWay ? this.#goal : this.level;
  }

  /**
   * @param {number} level
   * @param {HTMLElement} [seat] a seat outside of the window moves to its middle
   */
  #glideTo(level, seat) {
    const from = seat ? this.#middleOf(seat) : this.#fit.center;
    const to = this.#fit.isInside(from) ? from : this.#fit.center;
    this.#move(level, this.#fit.pointAt(this.#current, from), from, to);
  }

  /**
   * @param {number} level
   * @param {[number, number]} point of the hall
   * @param {Point} from where it is in the window
   * @param {Point} to where it will be
   */
  #move(level, point, from, to) {
    const start = this.#current.level;
    const goal = (this.#goal = this.#fit.clamp(level));
    this.#glide.start((part) => {
      const at = {
        left: from.left + (to.left - from.left) * part,
        top: from.top + (to.top - from.top) * part,
      };
      this.#show(this.#fit.lookAt(start * (goal / start) ** part, point, at));
      if (part === 1) this.#settle();
    });
  }

  /** @param {HTMLElement} seat @returns {Point} of the window */
  #middleOf(seat) {
    const box = seat.getBoundingClientRect();
    const window = this.map.getBoundingClientRect();
    return { left: box.x + box.width / 2 - window.x, top: box.y + box.height / 2 - window.y };
  }

  /** The view on the screen: the reader may have scrolled since the layout. */
  get #current() {
    if (this.#seen === this.#drawn) {
      const { level } = this.#drawn;
      const { left, top } = this.#fit.place(level);
      this.#drawn = this.#seen = this.#fit.view(level, {
        left: left - this.map.scrollLeft,
        top: top - this.map.scrollTop,
      });
    }
    return this.#seen;
  }

  /** Scales the layer to a view that was derived from the current one. @param {View} view */
  #show(view) {
    this.#seen = view;
    const picture =
      this.#fit.pictured(this.#drawn.level, view.level / this.#drawn.level) * devicePixelRatio ** 2;
    if (picture > LARGEST_PICTURE_PX) return this.#settle();
    this.#picture.stretch(this.#drawn, view);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SETTLED_MS);
    this.#announceView();
  }

  /** Lays the hall out for the view on the screen. */
  #settle() {
    clearTimeout(this.#settling);
    if (this.#seen === this.#drawn) return;
    this.#drawn = this.#seen;
    this.#picture.layOut(this.level);
    this.map.scrollTo(this.#seen.scroll);
    this.#announceView();
  }

  /** The window's size has changed: fits again, and keeps the level and the point in the middle. */
  #refit() {
    const { offsetWidth: width, offsetHeight: height } = this.map;
    const known = this.#size;
    this.#size = `${width} ${height}`;
    // The size is known already, as during an animation: nothing to do.
    if (!width || this.#size === known) return;
    this.#glide.stop();
    const middle = this.#fit.pointAt(this.#current);
    const { level } = this;
    const { side, foot } = this.#picture.margins;
    this.#fit.refit({ width, height }, side, foot);
    this.#seen = this.#fit.lookAt(this.#fit.clamp(level), middle);
    this.#settle();
  }

  /** Who shows the view elsewhere listens to the map. */
  #announceView() {
    this.map.toggleAttribute("data-zoomed", this.level > 1);
    this.map.dispatchEvent(new Event("view"));
  }
}
