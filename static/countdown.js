// @ts-check
/**
 * What is left of the first hold, as a ring and as m:ss. Calm until the last minute, which it
 * tells once, early enough to extend (WCAG 2.2.1 asks for 20 seconds). Of short holds the last
 * third counts as that.
 */
import { part } from "./dom.js";
import { minutesAndSeconds } from "./format.js";

const LAST_MINUTE_MS = 60000;

export class Countdown {
  #timer = 0;
  /** Whether the last minute runs. */
  isEnding = false;

  /**
   * @param {ParentNode} root @param {number} total milliseconds of a full ring
   * @param {() => number|null} msLeft null: nothing is held
   * @param {(ending: boolean) => void} onEnding true when the last minute begins, false when it is over or time was won
   */
  constructor(root, total, msLeft, onEnding) {
    this.ring = part(root, "ring");
    this.root = root;
    this.total = total;
    this.msLeft = msLeft;
    this.onEnding = onEnding;
  }

  /** Shows what is left now and goes on by itself while something is held. */
  update() {
    clearTimeout(this.#timer);
    const left = this.msLeft();
    this.ring.hidden = left === null;
    this.#warn(left !== null && left <= Math.min(LAST_MINUTE_MS, this.total / 3));
    if (left === null) return;
    for (const clock of this.root.querySelectorAll("[data-clock]")) clock.textContent = minutesAndSeconds(left);
    this.ring.style.setProperty("--rest", Math.min(1, left / this.total).toFixed(4));
    if (left) this.#timer = setTimeout(() => this.update(), left % 1000 || 1000);
  }

  /** @param {boolean} ending */
  #warn(ending) {
    this.ring.toggleAttribute("data-acabando", ending);
    if (ending === this.isEnding) return;
    this.isEnding = ending;
    this.onEnding(ending);
  }
}
