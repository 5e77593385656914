// @ts-check
/** The state of an order's mail, with resending and correcting its address. */
import { mailAgain } from "./api.js";
import { action, part } from "./dom.js";
import { namedHour } from "./format.js";
import { isPortuguese } from "./language.js";
import { OrderAddress } from "./order-address.js";
import { hasText, t } from "./text.js";

/** @typedef {import("./api.js").Order} Order */

/** A pending mail is polled often at first, then ever less. */
const FIRST_LOOK_MS = 1500;
const LONGEST_LOOK_MS = 20000;
/** A mail pending for so long gets a sentence about the delay. */
const LATE_MS = 30000;

export class OrderMail {
  #wait = FIRST_LOOK_MS;
  #timer = 0;
  /** Since when a mail is pending; null if none is. @type {number|null} */
  #since = null;
  /**
   * Whether the mail was resent from here: then its result is news, even if the last mail arrived.
   */
  #askedAgain = false;
  #sentAt = "";

  /**
   * @param {ParentNode} root
   * @param {string} reference of the order
   * @param {() => void} onWait called when the order must be fetched again
   */
  constructor(root, reference, onWait) {
    this.root = part(root, "mail");
    this.text = part(root, "mail-text");
    this.again = action(root, "resend");
    this.again.onclick = () => void this.#sendAgain();
    this.address = new OrderAddress(root, reference, () => this.#asked());
    this.reference = reference;
    this.onWait = onWait;
  }

  /** @param {Order} order */
  render(order) {
    const { email, email_estado, email_motivo, estado, pode_gerir, dados_apagados } = order;
    this.root.hidden = estado === "cancelado" || !pode_gerir || dados_apagados;
    this.root.dataset.email = email_estado;
    this.#follow(email_estado === "pendente");
    this.text.textContent = [this.#textOf(order), this.#late, isPortuguese ? email_motivo : ""]
      .filter(Boolean)
      .join(" ");
    this.again.hidden = email_estado === "pendente" || email_estado === "sem_endereco";
    this.address.render(email);
  }

  /** The order could not be fetched: keeps polling while a mail is pending. */
  unanswered() {
    if (this.#since === null) return;
    if (this.#late) this.text.textContent = this.#late;
    this.#pollLater();
  }

  /** @param {boolean} underway */
  #follow(underway) {
    clearTimeout(this.#timer);
    if (underway) {
      this.#since ??= Date.now();
      return this.#pollLater();
    }
    if (this.#since !== null) this.#sentAt = namedHour(new Date());
    this.#since = null;
  }

  /** @param {Order} order */
  #textOf({ email, email_estado, assentos }) {
    if (this.#askedAgain && email_estado === "pendente")
      return t("receipt.resend_pending", { email });
    if (this.#askedAgain && email_estado === "enviado")
      return t("receipt.resend_sent", { email, time: this.#sentAt });
    return t(`receipt.mail_${email_estado}`, { email, n: assentos.length });
  }

  get #late() {
    return this.#since !== null && Date.now() - this.#since > LATE_MS ? t("receipt.mail_late") : "";
  }

  async #sendAgain() {
    this.again.disabled = true;
    this.text.textContent = t("receipt.asking");
    const { data, reason } = await mailAgain(this.reference);
    this.again.disabled = false;
    const key = `reason.${reason}`;
    if (data) this.#asked();
    else this.text.textContent = t(hasText(key) ? key : "receipt.resend_failed");
  }

  /** A mail is on its way. */
  #asked() {
    this.text.textContent = t("receipt.asked");
    this.again.hidden = true;
    this.#askedAgain = true;
    this.#since = Date.now();
    this.#wait = FIRST_LOOK_MS;
    this.#pollLater();
  }

  #pollLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.onWait(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.5, LONGEST_LOOK_MS);
  }
}
