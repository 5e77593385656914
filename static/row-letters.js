// @ts-check
/**
 * The letters beside the rows. They are outside of the scaled layer: in view and readable at every
 * zoom.
 */
import { make } from "./dom.js";

/** Rows that are closer than this do not all get a letter. */
const CLOSEST_PX = 11;
const LARGEST_PX = 14;

/**
 * The letters share their column's height in the same proportions as the rows share the hall's.
 * @param {import("./room.js").Room} room
 * @param {number} screen height of the screen in rows
 */
export function lettersOf(room, screen) {
  const letters = [part("", screen)];
  for (const { name, seats, apart } of room.rows) {
    if (apart) letters.push(part("", 1));
    letters.push(part(seats.length ? name : "", 1));
  }
  return letters;
}

/**
 * Where rows are closer than readable letters, only every second or third is shown, and always the
 * first of a block.
 * @param {HTMLElement} side
 * @param {number} row height in pixels
 */
export function fitLetters(side, row) {
  const every = Math.ceil(CLOSEST_PX / row);
  side.style.setProperty("font-size", `${Math.min(LARGEST_PX, 0.7 * every * row)}px`);
  let n = 0;
  for (const letter of /** @type {HTMLCollectionOf<HTMLElement>} */ (side.children)) {
    letter.style.setProperty("visibility", n % every ? "hidden" : "");
    n = letter.textContent ? n + 1 : 0;
  }
}

/** @param {string} text @param {number} rows */
function part(text, rows) {
  const letter = make("span", { text });
  letter.style.setProperty("flex", `${rows} 0 0`);
  return letter;
}
