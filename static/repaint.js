// @ts-check
/**
 * Collects what changed and paints it once a frame of the screen, however much arrives in between.
 * A hall in turmoil is painted less often, so that it leaves time for everything else; what the
 * reader does is seen at once all the same.
 */

/** More seats than this in one frame of the screen are painted without a movement each. */
const LIVELY = 24;
/**
 * A painting of more seats than that rests so many times as long as it took, from being asked for
 * to being done.
 */
const RESTS = 2;
const LONGEST_REST_MS = 250;
/** A whole map that is new comes in parts, so that no frame takes long. */
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
  /** Those that do not wait for others. @type {Set<string>} */
  #own = new Set();
  #lively = false;
  #asked = false;
  #resting = false;
  /** Something came while it rested. */
  #missed = false;

  /**
   * @param {(seats: string[], lively: boolean) => void} paint `lively`: few enough changes, seen to
   * happen
   * @param {Clock} [clock]
   */
  constructor(paint, clock = BROWSER) {
    this.paint = paint;
    this.clock = clock;
  }

  /** What the reader did or waits for: the next frame shows it. @param {Iterable<string>} seats */
  mark(seats) {
    for (const seat of seats) this.#own.add(seat);
    this.#ask();
  }

  /** What others did. @param {Iterable<string>} seats @param {boolean} lively */
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
    const seats = this.#take();
    const lively = this.#lively && seats.length <= LIVELY;
    this.#lively = this.#asked = this.#missed = false;
    this.paint(seats, lively);
    if (this.#dirty.size) this.#ask();
    else if (seats.length > LIVELY && !this.#resting) this.#rest(begin);
  }

  /** What is painted now; the rest stays. */
  #take() {
    const seats = [...this.#own];
    this.#own.clear();
    for (const seat of this.#dirty) {
      if (seats.length >= MOST) break;
      this.#dirty.delete(seat);
      seats.push(seat);
    }
    return seats;
  }

  /** The browser has drawn the frame when the first timer runs. @param {number} begin */
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
