// @ts-check
/** The screen as seen from a seat: pure geometry, in seat widths. */

/** @typedef {import("./room.js").Seat} Seat */
/**
 * @typedef {{row: number, rows: number, side: number, corners: [number, number][]}} View `side`:
 *   seats from the middle, negative to the left
 */

export const PICTURE = { width: 120, height: 68 };

/** Between two rows. */
const DEEP = 2;
/** A row sits higher than the one before it. */
const STEP = 0.6;
const EYES = 2;
const SCREEN_BOTTOM = 1.5;
const SCREEN_RATIO = 1.85;
/** The screen's width as a fraction of the room's. */
const SCREEN_PART = 0.86;
/** Between the screen and the first row, in widths of the screen. */
const FIRST_ROW = 0.35;
/**
 * Pixels of the picture: from the back of a hall the screen fills a third of it, from the front it
 * does not fit.
 */
const FOCUS = 60;
/**
 * The picture follows the height of the screen's middle by this fraction, since nobody looks
 * straight at it.
 */
const HEAD_UP = 0.6;

/** @param {import("./room.js").Room} room @param {Seat} seat @returns {View} */
export function viewFrom({ rows, columns }, seat) {
  const before = rows.slice(0, seat.line);
  const filled = rows.filter(({ seats }) => seats.length);
  const middle = seat.column - (columns - 1) / 2;
  const width = SCREEN_PART * columns;
  const balconies = rows.slice(0, seat.line + 1).filter(({ apart }) => apart).length;
  const away = FIRST_ROW * width + DEEP * (seat.line + balconies);
  return {
    row: before.filter(({ seats }) => seats.length).length + 1,
    rows: filled.length,
    side: Math.abs(middle) < 1 ? 0 : Math.sign(middle) * Math.round(Math.abs(middle)),
    corners: screenFrom(middle, EYES + STEP * (seat.line + balconies), away, width),
  };
}

/**
 * A corner in perspective, for a viewer who faces the screen's middle.
 * @param {number} side
 * @param {number} eyes height
 * @param {number} away
 * @param {number} width
 */
function screenFrom(side, eyes, away, width) {
  const height = width / SCREEN_RATIO;
  const distance = Math.hypot(side, away);
  const [sin, cos] = [side / distance, away / distance];
  const level = (HEAD_UP * (SCREEN_BOTTOM + height / 2 - eyes)) / distance;
  const corner = (/** @type {number} */ x, /** @type {number} */ y) => {
    const depth = away * cos - (x - side) * sin;
    const across = (x - side) * cos + away * sin;
    return /** @type {[number, number]} */ ([
      round(PICTURE.width / 2 + (FOCUS * across) / depth),
      round(PICTURE.height / 2 - FOCUS * ((y - eyes) / depth - level)),
    ]);
  };
  const [left, right, low, high] = [-width / 2, width / 2, SCREEN_BOTTOM, SCREEN_BOTTOM + height];
  return [corner(left, high), corner(right, high), corner(right, low), corner(left, low)];
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;
