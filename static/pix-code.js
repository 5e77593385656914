// @ts-check
/** The code of a simulated Pix, as a picture and to copy and paste. */
import { fetchPix } from "./api.js";
import { action, part } from "./dom.js";
import { money } from "./format.js";
import { t } from "./text.js";

export class PixCode {
  /** What it is for, in centavos. */
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

  /** Looking again asks again. */
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

  /** The clipboard is open to secure pages only; elsewhere the code is left selected. */
  async #copy() {
    this.code.select();
    const copied = await navigator.clipboard?.writeText(this.code.value).then(() => true, () => false);
    this.said.textContent = t(copied ? "payment.pix_copied" : "payment.pix_selected");
  }
}
