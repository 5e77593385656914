// @ts-check
/** How one pays: Pix, or one of two test cards. Nothing is real, and no number is ever typed. */
import { part } from "./dom.js";
import { PixCode } from "./pix-code.js";

export class PaymentMethod {
  #total = 0;

  /** @param {HTMLFormElement} form @param {() => void} onChange */
  constructor(form, onChange) {
    this.form = form;
    this.root = part(form, "method");
    this.pix = new PixCode(this.root);
    this.root.addEventListener("change", () => {
      this.#render();
      onChange();
    });
  }

  /** The contract's name of what is chosen; empty where there is nothing to pay. */
  get value() {
    if (!this.#total) return "";
    return this.#isPix ? "pix" : this.#chosen("cartao");
  }

  /** @param {number} total centavos */
  show(total) {
    this.#total = total;
    this.root.hidden = !total;
    this.#render();
  }

  get #isPix() {
    return this.#chosen("forma") === "pix";
  }

  #render() {
    part(this.root, "pix").hidden = !this.#isPix;
    part(this.root, "card").hidden = this.#isPix;
    if (this.#isPix && this.#total) void this.pix.show(this.#total);
  }

  /** @param {string} name of the radio buttons */
  #chosen(name) {
    return /** @type {RadioNodeList} */ (this.form.elements.namedItem(name)).value;
  }
}
