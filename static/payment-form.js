// @ts-check
/**
 * The fields of a payment: judged beside each field while one types, but only once it was left,
 * so that nobody is scolded for a word that is not finished.
 */
import { isPortuguese } from "./language.js";
import { emailFault } from "./mail-address.js";
import { t } from "./text.js";
import { cpfFault, maskCpf, nameFault } from "./validation.js";

const FIELDS = ["nomeCompleto", "cpf", "email"];

export class PaymentForm {
  /** Fields that were left once. @type {Set<string>} */
  #visited = new Set();
  /** Whether a finger or a mouse button is down. */
  #pressed = false;

  /** @param {HTMLFormElement} form @param {(person: import("./validation.js").Person) => void} onSubmit with faultless fields */
  constructor(form, onSubmit) {
    this.form = form;
    this.onSubmit = onSubmit;
    form.addEventListener("submit", (event) => this.#submitted(event));
    form.addEventListener("input", (event) => this.#typed(event));
    form.addEventListener("focusout", (event) => this.#left(event));
    addEventListener("pointerdown", () => this.#pressed = true, true);
    addEventListener("pointerup", () => this.#pressed = false, true);
  }

  clear() {
    this.form.reset();
    this.#visited.clear();
    this.#input("cpf").disabled = false;
  }

  /** Shows what the gateway found. @param {Record<string, string>} faults messages by field name */
  show(faults) {
    for (const name of FIELDS) {
      if (typeof faults[name] === "string") this.#mark(this.#input(name), isPortuguese ? faults[name] : t("erro.recusado"));
    }
    this.#focusFault();
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #input(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  get #withoutCpf() {
    return this.#input("semCpf").checked;
  }

  /** @param {HTMLInputElement} input @param {string} message empty: nothing is wrong */
  #mark(input, message) {
    const error = this.form.querySelector(`#${input.id}-error`);
    if (error && error.textContent !== message) error.textContent = message;
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  /** @param {string} name */
  #judge(name) {
    const input = this.#input(name);
    const key = name === "cpf" ? cpfFault(input.value, this.#withoutCpf)
      : name === "email" ? emailFault(input.value) : nameFault(input.value);
    this.#mark(input, key && t(key));
  }

  /** @param {Event} event */
  #typed({ target }) {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.name === "cpf") maskInPlace(target);
    if (target.name === "semCpf") {
      this.#input("cpf").disabled = target.checked;
      this.#mark(this.#input("cpf"), "");
    }
    if (this.#visited.has(target.name)) this.#judge(target.name);
  }

  /** A message moves what is below it: it waits until the click that left the field has found its target. @param {FocusEvent} event */
  #left({ target }) {
    if (!(target instanceof HTMLInputElement) || !target.value || !FIELDS.includes(target.name)) return;
    this.#visited.add(target.name);
    const judge = () => setTimeout(() => this.#judge(target.name));
    if (this.#pressed) addEventListener("pointerup", judge, { once: true });
    else judge();
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    for (const name of FIELDS) {
      this.#visited.add(name);
      this.#judge(name);
    }
    if (this.#focusFault()) return;
    this.onSubmit({
      nomeCompleto: this.#input("nomeCompleto").value.trim().replace(/\s+/g, " "),
      cpf: this.#withoutCpf ? "" : this.#input("cpf").value,
      email: this.#input("email").value.trim(),
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
