// @ts-check
/** Animates a movement: one step per frame for 200 ms, or a single step with reduced motion. */

const LASTS_MS = 200;
const still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

export class Glide {
  #frame = 0;

  /** @param {(part: number) => void} step gets the fraction of the way; the last call gets 1 */
  start(step) {
    this.stop();
    if (still?.matches) return step(1);
    const begin = performance.now();
    const next = () => {
      const part = Math.min(1, (performance.now() - begin) / LASTS_MS);
      this.#frame = part < 1 ? requestAnimationFrame(next) : 0;
      step(slowing(part));
    };
    next();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  get isUnderWay() {
    return this.#frame !== 0;
  }
}

/** Ease-out. @param {number} part */
const slowing = (part) => 1 - (1 - part) ** 3;
