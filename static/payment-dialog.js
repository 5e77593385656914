// @ts-check
/**
 * The payment form in a native dialog. It asks, checks while one types and shows what becomes of
 * the payment; it sends nothing itself. While an answer is not known it cannot be closed.
 */
import { action, part } from "./dom.js";
import { money } from "./format.js";
import { PaymentForm } from "./payment-form.js";
import { enumerate, t } from "./text.js";

/** @typedef {"formulario"|"enviando"|"conferindo"|"expirado"|"pronto"} DialogState */
/** @typedef {{seats: string[], total: number}} Basket */

export class PaymentDialog {
  /** @type {DialogState} */
  state = "formulario";

  /**
   * @param {ParentNode} root
   * @param {(payment: import("./validation.js").Payment) => void} onSubmit
   * @param {import("./notice.js").Notice} notice shown in the dialog while it is open
   */
  constructor(root, onSubmit, notice) {
    this.stage = part(root, "stage");
    this.notice = notice;
    this.dialog = /** @type {HTMLDialogElement} */ (part(root, "payment"));
    this.form = new PaymentForm(/** @type {HTMLFormElement} */ (part(root, "payment-form")), (payment) => {
      if (this.state === "formulario") onSubmit(payment);
    });
    this.dialog.addEventListener("cancel", (event) => this.#isBusy && event.preventDefault());
    this.dialog.addEventListener("close", () => {
      this.#become("formulario");
      notice.moveTo(this.stage);
    });
    action(this.dialog, "voltar").onclick = () => this.dialog.close();
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** @param {Basket} basket */
  open(basket) {
    this.#become("formulario");
    this.#say(t("pagar.ficticio"));
    this.#label(basket);
    this.#show();
  }

  /** What is held changed while the form was open. @param {Basket} basket */
  changed(basket) {
    if (this.state !== "formulario" && this.state !== "expirado") return;
    this.#become(basket.seats.length ? "formulario" : "expirado");
    this.#label(basket);
    this.#say(basket.seats.length ? t("pagar.mudou", { assentos: enumerate(basket.seats) }) : t("pagar.expirou"));
  }

  sending() {
    this.#become("enviando");
    this.#say(t("pagar.enviando"));
  }

  /** No answer came, or the gateway itself does not know: it is being asked again. */
  checking() {
    this.#become("conferindo");
    this.#say(t("pagar.conferindo_texto"));
    this.#show();
  }

  /** @param {string} text @param {Record<string, string>} fields messages by field name @param {Basket} basket */
  refused(text, fields, basket) {
    this.#become(basket.seats.length ? "formulario" : "expirado");
    this.#label(basket);
    this.#say(t("pagar.ficticio"));
    part(this.dialog, "payment-error").textContent = text;
    this.form.show(fields);
  }

  /** @param {string} order @param {string} text */
  done(order, text) {
    this.#become("pronto");
    this.#say(text);
    this.form.clear();
    const link = part(this.dialog, "payment-order");
    link.setAttribute("href", `/pedido/${encodeURIComponent(order)}`);
    link.focus();
  }

  #show() {
    if (this.isOpen) return;
    this.notice.hide();
    this.notice.moveTo(this.dialog);
    this.dialog.showModal();
  }

  get #isBusy() {
    return this.state === "enviando" || this.state === "conferindo";
  }

  /** @param {DialogState} state */
  #become(state) {
    this.state = state;
    this.dialog.dataset.estado = state;
    const title = { conferindo: t("pagar.conferindo"), pronto: t("pagar.pronto") };
    part(this.dialog, "payment-title").textContent = Object(title)[state] ?? t("pagar.titulo");
    part(this.dialog, "payment-error").textContent = "";
    part(this.dialog, "payment-fields").hidden = state === "conferindo" || state === "pronto";
    part(this.dialog, "payment-order").hidden = state !== "pronto";
    action(this.dialog, "confirmar").hidden = state === "pronto" || state === "expirado";
    action(this.dialog, "confirmar").disabled = state !== "formulario";
    action(this.dialog, "voltar").disabled = this.#isBusy;
  }

  /** @param {string} text */
  #say(text) {
    part(this.dialog, "payment-text").textContent = text;
  }

  /** @param {Basket} basket */
  #label({ total }) {
    action(this.dialog, "confirmar").textContent = t("pagar.botao", { total: money(total) });
  }
}
