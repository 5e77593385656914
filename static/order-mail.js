// @ts-check
/** What became of an order's mail, sending it again, and correcting the address that it goes to. */
import { mailAgain } from "./api.js";
import { action, part } from "./dom.js";
import { isPortuguese } from "./language.js";
import { OrderAddress } from "./order-address.js";
import { hasText, t } from "./text.js";

/** @typedef {import("./api.js").Order} Order */

/** A mail that is on its way is looked after often at first, then ever less. */
const FIRST_LOOK_MS = 1500;
const LONGEST_LOOK_MS = 20000;

export class OrderMail {
  #wait = FIRST_LOOK_MS;
  #timer = 0;

  /** @param {ParentNode} root @param {string} reference of the order @param {() => void} onWait the order is to be asked for again */
  constructor(root, reference, onWait) {
    this.root = part(root, "mail");
    this.text = part(root, "mail-text");
    this.again = action(root, "reenviar");
    this.again.onclick = () => void this.#sendAgain();
    this.address = new OrderAddress(root, reference, () => this.#asked());
    this.reference = reference;
    this.onWait = onWait;
  }

  /** @param {Order} order */
  render({ email, email_estado, email_motivo, estado, pode_gerir, dados_apagados }) {
    this.root.hidden = estado === "cancelado" || !pode_gerir || dados_apagados;
    this.root.dataset.email = email_estado;
    this.text.textContent = [t(`ordem.mail_${email_estado}`, { email }), isPortuguese ? email_motivo : ""].filter(Boolean).join(" ");
    this.again.hidden = email_estado === "pendente" || email_estado === "sem_endereco";
    this.address.render(email);
    clearTimeout(this.#timer);
    if (email_estado === "pendente") this.#lookLater();
  }

  async #sendAgain() {
    this.again.disabled = true;
    const { data, reason } = await mailAgain(this.reference);
    this.again.disabled = false;
    const key = `motivo.${reason}`;
    this.text.textContent = data ? t("ordem.reenviado") : t(hasText(key) ? key : "ordem.reenvio_falhou");
    if (data) this.#asked();
  }

  /** A mail is on its way. */
  #asked() {
    this.again.hidden = true;
    this.#wait = FIRST_LOOK_MS;
    this.#lookLater();
  }

  #lookLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.onWait(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.5, LONGEST_LOOK_MS);
  }
}
