// @ts-check
/**
 * Coalesces changes and paints them once per frame. After many changes it paints less often, to
 * leave time for everything else; the reader's own changes are always in the next frame.
 */

/** More seats than this in one frame are painted without animations. */
const LIVELY = 24;
/**
 * After painting more than `LIVELY` seats, it pauses for `RESTS` times the duration of that paint.
 */
const RESTS = 2;
const LONGEST_REST_MS = 250;
/** The most seats painted in one frame, so that none takes long. */
const MOST = 500;

/**
 * @typedef {{nextFrame: (then: () => void) => unknown, afterwards: (then: () => void, ms: number)
 * => unknown, now: () => number}} Clock
 */

/** @type {Clock} */
const BROWSER = {
  nextFrame: (then) => requestAnimationFrame(then),
  afterwards: (then, ms) => setTimeout(then, ms),
  now: () => performance.now(),
};

export class Repaint {
  /** @type {Set<string>} */
  #dirty = new Set();
  /** The reader's own changes, which are painted first. @type {Set<string>} */
  #own = new Set();
  #lively = false;
  #asked = false;
  #resting = false;
  /** Whether something changed during the pause. */
  #missed = false;

  /**
   * @param {(seats: string[], lively: boolean) => void} paint `lively`: few enough changes, which
   *   are animated
   * @param {Clock} [clock]
   */
  constructor(paint, clock = BROWSER) {
    this.paint = paint;
    this.clock = clock;
  }

  /** Changes by the reader: painted in the next frame. @param {Iterable<string>} seats */
  mark(seats) {
    for (const seat of seats) this.#own.add(seat);
    this.#ask();
  }

  /** Changes by others. @param {Iterable<string>} seats @param {boolean} lively */
  follow(seats, lively) {
    for (const seat of seats) this.#dirty.add(seat);
    this.#lively ||= lively;
    if (this.#resting) this.#missed = true;
    else this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    const begin = this.clock.now();
    this.clock.nextFrame(() => this.#now(begin));
  }

  /** @param {number} begin */
  #now(begin) {
    const seats = this.#nextBatch();
    const lively = this.#lively && seats.length <= LIVELY;
    this.#lively = this.#asked = this.#missed = false;
    this.paint(seats, lively);
    if (this.#dirty.size) this.#ask();
    else if (seats.length > LIVELY && !this.#resting) this.#rest(begin);
  }

  /** Takes what is painted in this frame; the rest stays. */
  #nextBatch() {
    const seats = [...this.#own];
    this.#own.clear();
    for (const seat of this.#dirty) {
      if (seats.length >= MOST) break;
      this.#dirty.delete(seat);
      seats.push(seat);
    }
    return seats;
  }

  /** The first timer runs after the browser has drawn the frame. @param {number} begin */
  #rest(begin) {
    this.#resting = true;
    this.clock.afterwards(() => {
      const took = this.clock.now() - begin;
      this.clock.afterwards(() => this.#wake(), Math.min(LONGEST_REST_MS, RESTS * took));
    }, 0);
  }

  #wake() {
    this.#resting = false;
    if (this.#missed) this.#ask();
  }
}
