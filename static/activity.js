// @ts-check
/**
 * One quiet line: how many seats are free, and how many people look. It changes seldom, so that a
 * crowd does not make it flicker.
 */
import { t } from "./text.js";

const REST_MS = 3000;

/** @typedef {{afterwards: (then: () => void, ms: number) => unknown}} Timer */

/** @type {Timer} */
const BROWSER = { afterwards: (then, ms) => setTimeout(then, ms) };

export class Activity {
  #free = "";
  #audience = "";
  #resting = false;

  /** @param {Pick<HTMLElement, "textContent">} root @param {Timer} [timer] */
  constructor(root, timer = BROWSER) {
    this.root = root;
    this.timer = timer;
  }

  /** @param {number} free @param {number} total */
  free(free, total) {
    this.#free = t("activity.free", { n: free, total });
    this.#say();
  }

  /** @param {number} people the reader among them, which alone is no news */
  audience(people) {
    this.#audience = people > 1 ? t("activity.looking", { n: people }) : "";
    this.#say();
  }

  /** At once, unless the line has changed just now: then whatever is the newest after a while. */
  #say() {
    const text = [this.#free, this.#audience].filter(Boolean).join(" · ");
    if (this.#resting || !this.#free || this.root.textContent === text) return;
    this.root.textContent = text;
    this.#resting = true;
    this.timer.afterwards(() => {
      this.#resting = false;
      this.#say();
    }, REST_MS);
  }
}
