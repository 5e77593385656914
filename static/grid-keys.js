// @ts-check
/**
 * Keyboard navigation of the seat map, after the APG's layout grid: arrows to the neighbour,
 * Home/End in the row, Ctrl+Home/End in the room, a letter to the row of that name.
 */

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").Seat} Seat */

/** The seat of a row that is nearest to a column. @param {Seat[]} seats @param {number} column */
const closest = (seats, column) =>
  seats.reduce((best, seat) =>
    Math.abs(seat.column - column) < Math.abs(best.column - column) ? seat : best,
  );

/**
 * Rows without a seat are gaps: skipped.
 * @param {Room} room
 * @param {Seat} from
 * @param {number} step
 */
function verticalFrom(room, from, step) {
  for (let line = from.line + step; line >= 0 && line < room.rows.length; line += step) {
    const { seats } = room.rows[line];
    if (seats.length) return closest(seats, from.column);
  }
  return from;
}

/** @param {Room} room @param {Seat} from @param {number} step */
function besides(room, from, step) {
  const { seats } = room.rows[from.line];
  return seats[seats.indexOf(from) + step] ?? from;
}

/**
 * The next row whose name starts with the letter, wrapping around.
 * @param {Room} room
 * @param {Seat} from
 * @param {string} letter
 */
function rowNamed(room, from, letter) {
  const named = room.rows.filter(
    ({ name, seats }) => seats.length && name.toUpperCase().startsWith(letter.toUpperCase()),
  );
  const row = named[(named.indexOf(room.rows[from.line]) + 1) % named.length];
  return row ? closest(row.seats, from.column) : null;
}

/**
 * @param {Room} room
 * @param {Seat} from
 * @param {string} key a KeyboardEvent.key
 * @param {boolean} control
 * @returns {Seat|null} null: the key means nothing here
 */
export function seatAfterKey(room, from, key, control) {
  const row = room.rows[from.line].seats;
  const all = [...room.seats.values()];
  switch (key) {
    case "ArrowLeft":
      return besides(room, from, -1);
    case "ArrowRight":
      return besides(room, from, 1);
    case "ArrowUp":
      return verticalFrom(room, from, -1);
    case "ArrowDown":
      return verticalFrom(room, from, 1);
    case "Home":
      return control ? all[0] : row[0];
    case "End":
      return control ? all[all.length - 1] : row[row.length - 1];
  }
  return /^\p{L}$/u.test(key) && !control ? rowNamed(room, from, key) : null;
}
