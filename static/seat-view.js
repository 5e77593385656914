// @ts-check
/** The screen as it is seen from a seat: geometry alone, in the widths of a seat. */

/** @typedef {import("./room.js").Seat} Seat */
/**
 * @typedef {{row: number, rows: number, side: number, corners: [number, number][]}} View `side`:
 * places from the middle, to the left below 0
 */

export const PICTURE = { width: 120, height: 68 };

/** Between two rows. */
const DEEP = 2;
/** A row sits higher than the one before it. */
const STEP = 0.6;
const EYES = 2;
const SCREEN_BOTTOM = 1.5;
const SCREEN_RATIO = 1.85;
/** Part of the room's width that the screen takes. */
const SCREEN_PART = 0.86;
/** Between the screen and the first row, in widths of the screen. */
const FIRST_ROW = 0.35;
/**
 * Pixels of the picture: from the back of a hall the screen takes a third of it, from the front
 * more than all.
 */
const FOCUS = 60;
/**
 * Nobody looks straight at the middle of a screen that hangs high: so much of the way the picture
 * follows.
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
 * In perspective, by somebody who turns to its middle.
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
