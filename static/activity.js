// @ts-check
/**
 * One line: how many seats are free, and how many people are looking. It changes at most every
 * three seconds, so that a crowd does not make it flicker.
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

  /** @param {number} people with the reader, who alone is not worth a line */
  audience(people) {
    this.#audience = people > 1 ? t("activity.looking", { n: people }) : "";
    this.#say();
  }

  /** Throttled: a change within the pause is shown after it, with the newest numbers. */
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
