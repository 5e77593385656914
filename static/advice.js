// @ts-check
/** Tells quietly what stands against paying; loudly, with the hand led to what mends it, once somebody wants to pay. */
import { make } from "./dom.js";

/** @typedef {import("./troubles.js").Trouble} Trouble */

export class Advice {
  #shown = "[]";

  /** @param {HTMLElement} root @param {HTMLElement} next what one goes on with once all is mended */
  constructor(root, next) {
    this.root = root;
    this.next = next;
  }

  /** @param {Trouble[]} troubles */
  render(troubles) {
    const key = JSON.stringify(troubles);
    if (key === this.#shown) return;
    this.#shown = key;
    const hadFocus = this.root.contains(document.activeElement);
    this.root.hidden = !troubles.length;
    if (!troubles.length) this.root.removeAttribute("data-insists");
    this.root.replaceChildren(...troubles.map((trouble, i) => this.#entry(trouble, `${this.root.dataset.part}-${i}`)));
    if (hadFocus) (this.root.querySelector("button") ?? this.next).focus();
  }

  /** Somebody wants to pay: the first offer takes the focus and with it the reason is read out. */
  insist() {
    this.root.setAttribute("data-insists", "");
    this.root.querySelector("button")?.focus();
  }

  /** @param {Trouble} trouble @param {string} id */
  #entry({ kind, text, offers }, id) {
    const buttons = offers.map((offer) => {
      const button = make("button", { class: "button", type: "button", "aria-describedby": id, text: offer.text });
      button.onclick = offer.do;
      return button;
    });
    return make("div", { class: "trouble", "data-trouble": kind },
      make("p", { id, text }), make("div", { class: "trouble-offers" }, ...buttons));
  }
}
