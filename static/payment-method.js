// @ts-check
/**
 * The payment method: Pix, or one of two test cards. All are simulated, and no card number is asked
 * for.
 */
import { fetchPix } from "./api.js";
import { action, part } from "./dom.js";
import { money } from "./format.js";
import { t } from "./text.js";

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

  /** The API's name of the chosen method; empty if nothing is to be paid. */
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

/** The code of a simulated Pix, as a picture and to copy and paste. */
class PixCode {
  /** The total of the code, in centavos. */
  #total = 0;

  /** @param {ParentNode} root */
  constructor(root) {
    this.root = part(root, "pix");
    this.picture = /** @type {HTMLImageElement} */ (part(this.root, "pix-qr"));
    this.code = /** @type {HTMLInputElement} */ (part(this.root, "pix-code"));
    this.said = part(this.root, "pix-said");
    action(this.root, "copy").onclick = () => void this.#copy();
  }

  /** Fetches the code of a total, once. @param {number} total centavos, not 0 */
  async show(total) {
    if (total === this.#total) return;
    this.#total = total;
    this.#clear("");
    const { data } = await fetchPix(total);
    if (total !== this.#total) return;
    if (!data) return this.#missing();
    this.picture.src = data.qr;
    this.picture.alt = t("payment.pix_image", { total: money(total) });
    this.code.value = data.copia_e_cola;
    this.root.dataset.state = "ready";
  }

  /** The next `show` fetches again. */
  #missing() {
    this.#total = 0;
    this.#clear(t("payment.pix_failed"));
  }

  /** @param {string} words */
  #clear(words) {
    this.root.dataset.state = words ? "failed" : "loading";
    this.picture.removeAttribute("src");
    this.picture.alt = "";
    this.code.value = "";
    this.said.textContent = words;
  }

  /** The clipboard API exists only in secure contexts; elsewhere the code stays selected. */
  async #copy() {
    this.code.select();
    const copied = await navigator.clipboard?.writeText(this.code.value).then(
      () => true,
      () => false,
    );
    this.said.textContent = t(copied ? "payment.pix_copied" : "payment.pix_selected");
  }
}
