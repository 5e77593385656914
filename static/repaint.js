// @ts-check
/** Collects what changed and paints it once a frame of the screen, however much arrives in between. */

/** More seats than this in one frame of the screen are painted without a movement each. */
const LIVELY = 24;

export class Repaint {
  /** @type {Set<string>} */
  #dirty = new Set();
  #lively = false;
  #waiting = false;

  /** @param {(seats: string[], lively: boolean) => void} paint `lively`: few enough changes, seen to happen */
  constructor(paint) {
    this.paint = paint;
  }

  /** @param {Iterable<string>} seats @param {boolean} [lively] */
  mark(seats, lively = false) {
    for (const seat of seats) this.#dirty.add(seat);
    this.#lively ||= lively;
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => this.#now());
  }

  #now() {
    const seats = [...this.#dirty];
    const lively = this.#lively && seats.length <= LIVELY;
    this.#dirty.clear();
    this.#lively = this.#waiting = false;
    this.paint(seats, lively);
  }
}
