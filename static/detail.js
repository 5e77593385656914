// @ts-check
/**
 * The level of detail of seats at their size: everything, no number, or almost nothing. A new level
 * restyles every seat of a row, so a vast hall's rows change a few per frame, and more per frame as
 * long as frames are in time.
 */

/** @typedef {"full"|"low"|"lowest"} Size `lowest`: too small for a number or a round corner */

const FIRST_SEATS = 80;
/** The longest duration of a frame in time. */
const IN_TIME_MS = 24;
/** A hall with fewer seats has round corners at every size, and restyles all rows at once. */
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
  /** Seats restyled in one frame. */
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
    if (atOnce) return this.#restyle(rows);
    this.pause();
    this.#waiting = rows.filter((row) => row.dataset.detail !== this.#size);
    this.#before = 0;
    // After the frame that draws the hall's new size.
    this.#inNextFrame(() => this.#inNextFrame((time) => this.#next(time)));
  }

  /** Stops until the next `fit`, so that a movement is not delayed. */
  pause() {
    cancelAnimationFrame(this.#frame);
  }

  /**
   * Restyles rows from the middle of the window; twice as many after a frame in time.
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
    this.#restyle(now.map(({ row }) => row));
    this.#waiting = rows.slice(now.length).map(({ row }) => row);
    if (this.#waiting.length) this.#inNextFrame((time) => this.#next(time));
  }

  /** @param {FrameRequestCallback} then */
  #inNextFrame(then) {
    this.#frame = requestAnimationFrame(then);
  }

  /** @param {HTMLElement[]} rows */
  #restyle(rows) {
    for (const row of rows) row.dataset.detail = this.#size;
  }
}

/** @param {HTMLElement} row */
function farFromMiddle(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return Math.abs((top + bottom - innerHeight) / 2);
}
