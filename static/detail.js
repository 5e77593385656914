// @ts-check
/**
 * How much of a seat is drawn at its size: everything, no number, or next to nothing. Another style
 * costs every seat of a row, so a vast hall's rows are told a few in each frame of the screen, and
 * more as long as it keeps up.
 */

/** @typedef {"full"|"low"|"lowest"} Size `lowest`: nobody could see a number or a round corner */

const FIRST_SEATS = 80;
/** Of a frame that came in time. */
const IN_TIME_MS = 24;
/**
 * A hall with fewer seats can afford round corners at every size, and another style for all rows at
 * once.
 */
const VAST = 1000;

/** @param {number} pitch pixels a seat takes @param {number} seats in the hall @returns {Size} */
export function sizeOf(pitch, seats) {
  if (pitch < 13 && seats >= VAST) return "lowest";
  return pitch < 20 ? "low" : "full";
}

export class Detail {
  /** @type {Size|""} */
  #size = "";
  /** @type {HTMLElement[]} */
  #waiting = [];
  #frame = 0;
  /** Seats that are told in one frame. */
  #share = FIRST_SEATS;
  #before = 0;

  /** @param {HTMLElement} grid @param {number} seats in the hall */
  constructor(grid, seats) {
    this.grid = grid;
    this.seats = seats;
  }

  /** @param {number} pitch pixels a seat takes */
  fit(pitch) {
    const atOnce = !this.#size || this.seats < VAST;
    this.#size = sizeOf(pitch, this.seats);
    const rows = /** @type {HTMLElement[]} */ ([...this.grid.children]);
    if (atOnce) return this.#tell(rows);
    this.pause();
    this.#waiting = rows.filter((row) => row.dataset.detail !== this.#size);
    this.#before = 0;
    // The hall's own new size is drawn first.
    this.#inNextFrame(() => this.#inNextFrame((time) => this.#next(time)));
  }

  /** Leaves the rows as they are until the next `fit`: whatever moves must not wait for them. */
  pause() {
    cancelAnimationFrame(this.#frame);
  }

  /**
   * Rows in the middle of the window first; twice as many after a frame in time.
   * @param {number} time
   */
  #next(time) {
    this.#share = time - this.#before < IN_TIME_MS ? 2 * this.#share : FIRST_SEATS;
    this.#before = time;
    const rows = this.#waiting
      .map((row) => ({ row, far: farFromMiddle(row) }))
      .sort((a, b) => a.far - b.far);
    let seats = 0;
    const now = rows.filter(
      ({ row }) =>
        (seats += row.childElementCount) <= this.#share || seats === row.childElementCount,
    );
    this.#tell(now.map(({ row }) => row));
    this.#waiting = rows.slice(now.length).map(({ row }) => row);
    if (this.#waiting.length) this.#inNextFrame((time) => this.#next(time));
  }

  /** @param {FrameRequestCallback} then */
  #inNextFrame(then) {
    this.#frame = requestAnimationFrame(then);
  }

  /** @param {HTMLElement[]} rows */
  #tell(rows) {
    for (const row of rows) row.dataset.detail = this.#size;
  }
}

/** @param {HTMLElement} row */
function farFromMiddle(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return Math.abs((top + bottom - innerHeight) / 2);
}
