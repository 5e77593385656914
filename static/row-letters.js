// @ts-check
/** The letters beside the rows. They stand outside of what is scaled: in view and readable at every zoom. */
import { make } from "./dom.js";

/**
 * Rows share the height of the hall as the letters share theirs: by the same parts.
 * @param {import("./room.js").Room} room @param {number} screen height of the screen in rows
 */
export function lettersOf(room, screen) {
  const letters = [part("", screen)];
  for (const { name, seats, apart } of room.rows) {
    if (apart) letters.push(part("", 1));
    letters.push(part(seats.length ? name : "", 1));
  }
  return letters;
}

/** @param {string} text @param {number} rows */
function part(text, rows) {
  const letter = make("span", { text });
  letter.style.setProperty("flex", `${rows} 0 0`);
  return letter;
}
