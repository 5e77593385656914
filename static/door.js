// @ts-check
/**
 * The tickets full screen, one at a time, for a scanner: white in every theme, with a wake lock.
 */
import { Carousel } from "./carousel.js";
import { action, part } from "./dom.js";
import { doorCardOf } from "./ticket-stub.js";

export class Door {
  /** @type {WakeLockSentinel|null} */
  #awake = null;

  /** @param {ParentNode} root */
  constructor(root) {
    this.dialog = /** @type {HTMLDialogElement} */ (part(root, "door"));
    this.cards = part(this.dialog, "door-cards");
    this.carousel = new Carousel(
      this.cards,
      action(this.dialog, "door-previous"),
      action(this.dialog, "door-next"),
    );
    action(this.dialog, "close-door").onclick = () => this.dialog.close();
    this.dialog.onclose = () => void this.#rest();
    this.dialog.onkeydown = ({ key }) => {
      if (key === "ArrowLeft") this.carousel.turn(-1);
      if (key === "ArrowRight") this.carousel.turn(1);
    };
    // A browser releases the wake lock when the page is hidden.
    document.addEventListener(
      "visibilitychange",
      () => document.hidden || !this.dialog.open || void this.#wake(),
    );
  }

  /** @param {import("./api.js").Order} order @param {number} index the ticket to show first */
  open(order, index) {
    this.cards.replaceChildren(...order.ingressos.map((ticket) => doorCardOf(ticket, order)));
    this.dialog.showModal();
    this.carousel.show(index);
    void this.#wake();
  }

  /** The order has changed: a shown ticket may not be valid any more. */
  close() {
    if (this.dialog.open) this.dialog.close();
  }

  /** Without support, or with a low battery, the screen may go dark. */
  async #wake() {
    this.#awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    if (!this.dialog.open) await this.#rest();
  }

  async #rest() {
    await this.#awake?.release();
    this.#awake = null;
  }
}
