// @ts-check
/** Corrects an order's e-mail address, in a form that opens on demand. */
import { correctAddress } from "./api.js";
import { action, part } from "./dom.js";
import { emailFault } from "./mail-address.js";
import { hasText, t } from "./text.js";

export class OrderAddress {
  /**
   * @param {ParentNode} root
   * @param {string} reference of the order
   * @param {() => void} onCorrected called when its mail was sent again
   */
  constructor(root, reference, onCorrected) {
    this.form = /** @type {HTMLFormElement} */ (part(root, "address"));
    this.input = /** @type {HTMLInputElement} */ (part(this.form, "address-input"));
    this.error = part(this.form, "address-error");
    this.opener = action(root, "correct");
    this.send = action(this.form, "send-correction");
    this.reference = reference;
    this.onCorrected = onCorrected;
    this.opener.onclick = () => this.#open();
    action(this.form, "keep-address").onclick = () => this.#close();
    this.form.onsubmit = (event) => void this.#submitted(event);
    this.form.onkeydown = ({ key }) => {
      if (key === "Escape") this.#close();
    };
  }

  /** @param {string} email as booking knows it */
  render(email) {
    this.email = email;
    this.opener.textContent = t(email ? "receipt.correct" : "receipt.add_address");
  }

  #open() {
    this.input.value = this.email ?? "";
    this.#fail("");
    this.#show(true);
    this.input.select();
    this.input.focus();
  }

  #close() {
    this.#show(false);
    this.opener.focus();
  }

  /** @param {boolean} open */
  #show(open) {
    this.form.hidden = !open;
    this.opener.hidden = open;
  }

  /** @param {SubmitEvent} event */
  async #submitted(event) {
    event.preventDefault();
    const email = this.input.value.trim();
    const fault = emailFault(email);
    if (fault) return this.#fail(t(fault));
    this.#fail("");
    this.send.disabled = true;
    const { data, reason } = await correctAddress(this.reference, email);
    this.send.disabled = false;
    const key = `reason.${reason}`;
    if (!data) return this.#fail(t(hasText(key) ? key : "receipt.correct_failed"));
    this.#close();
    this.onCorrected();
  }

  /** @param {string} text */
  #fail(text) {
    this.error.textContent = text;
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    if (text) this.input.focus();
  }
}
