// @ts-check
/**
 * The payment form in a native dialog. It asks, checks while one types and shows what becomes of
 * the payment; it sends nothing itself. While an answer is not known it cannot be closed.
 */
import { action, part } from "./dom.js";
import { money } from "./format.js";
import { enumerate, t } from "./text.js";
import { cpfFault, emailFault, maskCpf, nameFault } from "./validation.js";

/** @typedef {"formulario"|"enviando"|"conferindo"|"expirado"|"pronto"} DialogState */
/** @typedef {{seats: string[], total: number}} Basket */

export class PaymentDialog {
  /** @type {DialogState} */
  state = "formulario";
  /** Fields that were left once: only those are judged while one types. @type {Set<string>} */
  #visited = new Set();

  /**
   * @param {ParentNode} root
   * @param {(payment: import("./validation.js").Payment) => void} onSubmit
   * @param {import("./notice.js").Notice} notice shown in the dialog while it is open
   */
  constructor(root, onSubmit, notice) {
    this.stage = part(root, "stage");
    this.notice = notice;
    this.dialog = /** @type {HTMLDialogElement} */ (part(root, "payment"));
    this.form = /** @type {HTMLFormElement} */ (part(root, "payment-form"));
    this.onSubmit = onSubmit;
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    this.form.addEventListener("input", (event) => this.#typed(event));
    this.form.addEventListener("focusout", (event) => this.#left(event));
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

  /** @param {string} text @param {Record<string, string>} fields messages by field name */
  refused(text, fields) {
    this.#become("formulario");
    this.#say("");
    part(this.dialog, "payment-error").textContent = text;
    for (const [name, message] of Object.entries(fields)) {
      const input = this.#input(name === "nome" ? "nomeCompleto" : name);
      if (input) this.#mark(input, message);
    }
    this.#focusFault();
  }

  /** @param {string} order @param {string} text */
  done(order, text) {
    this.#become("pronto");
    this.#say(text);
    this.form.reset();
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

  /** @param {string} name @returns {HTMLInputElement|null} */
  #input(name) {
    const input = this.form.elements.namedItem(name);
    return input instanceof HTMLInputElement ? input : null;
  }

  /** @param {string} name */
  #value(name) {
    return this.#input(name)?.value ?? "";
  }

  get #withoutCpf() {
    return this.#input("semCpf")?.checked ?? false;
  }

  /** @param {HTMLInputElement} input @param {string} message empty: nothing is wrong */
  #mark(input, message) {
    const error = this.form.querySelector(`#${input.id}-error`);
    if (error && error.textContent !== message) error.textContent = message;
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  /** @param {HTMLInputElement} input */
  #judge(input) {
    const faults = { nomeCompleto: nameFault, email: emailFault,
      cpf: (/** @type {string} */ text) => cpfFault(text, this.#withoutCpf) };
    const key = Object(faults)[input.name]?.(input.value);
    if (key !== undefined) this.#mark(input, key && t(key));
  }

  /** @param {Event} event */
  #typed({ target }) {
    if (!(target instanceof HTMLInputElement)) return;
    const cpf = this.#input("cpf");
    if (target.name === "cpf") maskInPlace(target);
    if (target.name === "semCpf" && cpf) {
      cpf.disabled = target.checked;
      this.#mark(cpf, "");
    }
    if (this.#visited.has(target.name)) this.#judge(target);
  }

  /** @param {FocusEvent} event */
  #left({ target }) {
    if (!(target instanceof HTMLInputElement) || !target.value) return;
    this.#visited.add(target.name);
    this.#judge(target);
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    if (this.state !== "formulario") return;
    for (const name of ["nomeCompleto", "cpf", "email"]) {
      this.#visited.add(name);
      this.#judge(/** @type {HTMLInputElement} */ (this.#input(name)));
    }
    if (this.#focusFault()) return;
    this.onSubmit({
      nomeCompleto: this.#value("nomeCompleto").trim().replace(/\s+/g, " "),
      cpf: this.#withoutCpf ? "" : this.#value("cpf"),
      email: this.#value("email").trim(),
    });
  }

  /** @returns {boolean} whether a field is wrong */
  #focusFault() {
    const wrong = this.form.querySelector("[aria-invalid=true]");
    if (wrong instanceof HTMLElement) wrong.focus();
    return wrong !== null;
  }
}

/** Keeps the caret behind the digit that was typed. @param {HTMLInputElement} input */
function maskInPlace(input) {
  const before = (input.value.slice(0, input.selectionStart ?? 0).match(/\d/g) ?? []).length;
  input.value = maskCpf(input.value);
  let caret = 0;
  for (let digits = 0; caret < input.value.length && digits < before; caret++) {
    if (/\d/.test(input.value[caret])) digits++;
  }
  input.setSelectionRange(caret, caret);
}
