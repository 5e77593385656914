// @ts-check
/**
 * The hall's place in its window at each zoom level: arithmetic alone, so that a zoom step waits
 * for no layout. Level 1 fits the window; a higher level is closer.
 */

/** A seat's width before scaling, as in the stylesheet. */
export const PITCH_PX = 40;
/** Height of the screen in rows. */
export const SCREEN_ROWS = 1.7;
/** Where there is room, rows are further apart than seats. */
const DEEPEST = 1.42;
const LARGEST_FIT_PX = 58;
const LARGEST_SEAT_PX = 56;
/** Between the hall and the edge of its window, so that nothing scrolls at level 1. */
const MARGIN_PX = 1;

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{left: number, top: number}} Point of the window or of the plane, in pixels */
/**
 * @typedef {Size & Point & {scale: number, plane: Size}} Place the hall's, in the scrolling plane,
 *   which is at least as large as the window
 */
/**
 * @typedef {Point & {level: number, scroll: Point}} View the hall's corner in the window, and the
 *   scroll position for it
 */

export class HallFit {
  /** Depth of a row before scaling. */
  deep = PITCH_PX;
  #fitted = 1;
  /** @type {Size} */
  #window = { width: 0, height: 0 };
  #side = 0;
  #foot = 0;

  /** @param {import("./room.js").Room} room */
  constructor({ rows, columns }) {
    this.rows = rows;
    this.columns = columns;
    this.lines = rows.length + rows.filter(({ apart }) => apart).length + SCREEN_ROWS;
  }

  /**
   * @param {Size} window
   * @param {number} side width of the row letters on each side
   * @param {number} foot height of a free strip at the bottom
   */
  refit(window, side, foot = 0) {
    const wide = (window.width - 2 * side - 2 * MARGIN_PX) / this.columns;
    const high = (window.height - foot - 2 * MARGIN_PX) / this.lines;
    const pitch = Math.max(1, Math.min(wide, high, LARGEST_FIT_PX));
    this.#window = window;
    this.#side = side;
    this.#foot = foot;
    this.#fitted = pitch / PITCH_PX;
    this.deep = PITCH_PX * Math.min(DEEPEST, Math.max(1, high / pitch));
  }

  /** @param {number} level */
  pitch(level) {
    return PITCH_PX * this.#fitted * level;
  }

  /** The level at which a seat is this many pixels wide. @param {number} pitch */
  levelOf(pitch) {
    return pitch / this.pitch(1);
  }

  /** @param {number} level */
  clamp(level) {
    return within(level, 1, Math.max(2, this.levelOf(LARGEST_SEAT_PX)));
  }

  /** @param {number} level @returns {Place} */
  place(level) {
    const scale = this.#fitted * level;
    const width = this.columns * PITCH_PX * scale;
    const height = this.lines * this.deep * scale;
    const plane = {
      width: Math.max(this.#window.width, width + 2 * this.#side),
      height: Math.max(this.#window.height, height + this.#foot),
    };
    return {
      scale,
      width,
      height,
      plane,
      left: (plane.width - width) / 2,
      top: (plane.height - this.#foot - height) / 2,
    };
  }

  /**
   * Visible pixels of the layer drawn at `level` when scaled by `times`.
   * @param {number} level
   * @param {number} times
   */
  pictured(level, times) {
    const { width, height } = this.place(level);
    return (
      Math.min(width, this.#window.width / times) * Math.min(height, this.#window.height / times)
    );
  }

  /**
   * The view at a level with the hall's corner as near to a point as scrolling allows.
   * @param {number} level
   * @param {Point} corner
   * @returns {View}
   */
  view(level, corner) {
    const { left, top, plane } = this.place(level);
    const scroll = {
      left: within(left - corner.left, 0, plane.width - this.#window.width),
      top: within(top - corner.top, 0, plane.height - this.#window.height),
    };
    return { level, scroll, left: left - scroll.left, top: top - scroll.top };
  }

  /** The middle of the window. @returns {Point} */
  get center() {
    return { left: this.#window.width / 2, top: this.#window.height / 2 };
  }

  /**
   * Where in the window a point of the hall is, given as fractions of its width and height.
   * @param {View} view
   * @param {[number, number]} point
   * @returns {Point}
   */
  standsAt(view, [across, down]) {
    const { width, height } = this.place(view.level);
    return { left: view.left + across * width, top: view.top + down * height };
  }

  /**
   * The middle of some seats as a point of the hall, in the same fractions.
   * @param {import("./room.js").Seat[]} seats
   * @returns {[number, number]}
   */
  middleOf(seats) {
    const depths = seats.map(
      ({ line }) =>
        SCREEN_ROWS + line + this.rows.slice(0, line + 1).filter(({ apart }) => apart).length,
    );
    return [
      (half(seats.map(({ column }) => column)) + 0.5) / this.columns,
      (half(depths) + 0.5) / this.lines,
    ];
  }

  /**
   * The level at which these seats, and one more on each side, fill the window.
   * @param {import("./room.js").Seat[]} seats
   */
  levelOfAll(seats) {
    const wide = this.#window.width / (span(seats.map(({ column }) => column)) + 3);
    const high =
      ((this.#window.height / (span(seats.map(({ line }) => line)) + 3)) * PITCH_PX) / this.deep;
    return this.levelOf(Math.min(wide, high));
  }

  /** @param {Point} point of the window */
  isInside({ left, top }) {
    return left >= 0 && left <= this.#window.width && top >= 0 && top <= this.#window.height;
  }

  /**
   * The point of the hall at a point of the window, as fractions of its width and height.
   * @param {View} view
   * @param {Point} at
   * @returns {[number, number]}
   */
  pointAt(view, at = this.center) {
    const { width, height } = this.place(view.level);
    return [(at.left - view.left) / width, (at.top - view.top) / height];
  }

  /**
   * The view with this point of the hall there.
   * @param {number} level
   * @param {[number, number]} point
   * @param {Point} at
   */
  lookAt(level, [across, down], at = this.center) {
    const { width, height } = this.place(level);
    return this.view(level, { left: at.left - across * width, top: at.top - down * height });
  }

  /**
   * The part of the hall that is in the window, by its corners, in the same fractions.
   * @param {View} view
   */
  shown(view) {
    const { width, height } = this.#window;
    const [from, to] = [
      this.pointAt(view, { left: 0, top: 0 }),
      this.pointAt(view, { left: width, top: height }),
    ];
    const [left, top, right, bottom] = [...from, ...to].map((part) => within(part, 0, 1));
    return { left, top, right, bottom };
  }

  /**
   * The view at another level that keeps the hall's point at (x, y) of the window in place.
   * @param {View} from
   * @param {number} level
   * @param {number} x
   * @param {number} y
   */
  around(from, level, x, y) {
    const times = level / from.level;
    return this.view(level, { left: x - (x - from.left) * times, top: y - (y - from.top) * times });
  }

  /**
   * The left edges of the two columns of row letters in the window: beside the hall as far as it is
   * in view.
   * @param {View} view
   * @returns {[number, number]}
   */
  letters({ level, left }) {
    const { width } = this.place(level);
    return [
      Math.max(0, left - this.#side),
      Math.min(this.#window.width - this.#side, left + width),
    ];
  }
}

/** @param {number[]} values */
const span = (values) => Math.max(...values) - Math.min(...values);
/** Between the first and the last. @param {number[]} values */
const half = (values) => (Math.max(...values) + Math.min(...values)) / 2;

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.min(most, Math.max(least, value));
