// @ts-check
/**
 * The time left of the hold that ends first: a ring, m:ss, and the tab's title. The last minute
 * (the last third of a short hold) is announced once, early enough to extend; WCAG 2.2.1 asks for
 * 20 seconds. Earlier an extension would gain nothing, so it is offered only for the last two
 * minutes.
 */
import { part } from "./dom.js";
import { minutesAndSeconds } from "./format.js";

const LAST_MINUTE_MS = 60000;
const EXTENDABLE_MS = 120000;

export class Countdown {
  #timer = 0;
  /** The tab's title while nothing is held. */
  #title = "";
  /** Whether the last minute runs. */
  isEnding = false;

  /**
   * @param {ParentNode} root
   * @param {import("./api.js").SessionMap} session the length of its holds is the full ring
   * @param {() => number|null} msLeft null: nothing is held
   * @param {(ending: boolean) => void} onEnding true when the last minute begins, false when it is
   *   over or the hold was extended
   */
  constructor(root, session, msLeft, onEnding) {
    this.ring = part(root, "ring");
    this.root = root;
    this.film = session.filme.titulo;
    this.total = session.tempo_reserva_ms;
    this.msLeft = msLeft;
    this.onEnding = onEnding;
  }

  /** Shows the time left, and keeps it current while something is held. */
  update() {
    clearTimeout(this.#timer);
    const left = this.msLeft();
    this.ring.hidden = left === null;
    this.#warn(left !== null && left <= Math.min(LAST_MINUTE_MS, this.total / 3));
    this.#entitle(left);
    if (left === null) return;
    for (const clock of this.root.querySelectorAll("[data-clock]"))
      clock.textContent = minutesAndSeconds(left);
    this.#offerMore(left);
    this.ring.style.setProperty("--rest", Math.min(1, left / this.total).toFixed(4));
    if (left) this.#timer = setTimeout(() => this.update(), left % 1000 || 1000);
  }

  /**
   * "4:12 · O Agente Secreto", visible also while the tab is in the background.
   * @param {number|null} left
   */
  #entitle(left) {
    if (left !== null) {
      this.#title ||= document.title;
      document.title = `${minutesAndSeconds(left)} · ${this.film}`;
    } else if (this.#title) {
      document.title = this.#title;
      this.#title = "";
    }
  }

  /** @param {number} left */
  #offerMore(left) {
    for (const more of this.root.querySelectorAll("[data-action^=extend]")) {
      more.toggleAttribute("hidden", left > Math.min(EXTENDABLE_MS, this.total / 2));
    }
  }

  /** @param {boolean} ending */
  #warn(ending) {
    this.ring.toggleAttribute("data-ending", ending);
    if (ending === this.isEnding) return;
    this.isEnding = ending;
    this.onEnding(ending);
  }
}
