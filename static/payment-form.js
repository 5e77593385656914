// @ts-check
/**
 * The fields of a payment. A field is validated while the buyer types, but only after it was left
 * once, so that an unfinished word is no fault.
 */
import { isPortuguese } from "./language.js";
import { addressIn, emailFault } from "./mail-address.js";
import { tabMemory } from "./tab-memory.js";
import { t } from "./text.js";
import { tidied } from "./typed-text.js";
import { cpfFault, digitsOf, maskCpf, nameFault } from "./validation.js";

const FIELDS = ["nomeCompleto", "cpf", "email"];
/** Fields that a reload keeps. A CPF is not kept. */
const KEPT = ["nomeCompleto", "email"];
const PLACE = "comprador";

export class PaymentForm {
  /** Fields that were left once. @type {Set<string>} */
  #visited = new Set();
  /** Whether a finger or a mouse button is down. */
  #pressed = false;

  /**
   * @param {HTMLFormElement} form
   * @param {(person: import("./validation.js").Person) => void} onSubmit with faultless fields
   */
  constructor(form, onSubmit) {
    this.form = form;
    this.onSubmit = onSubmit;
    form.addEventListener("submit", (event) => this.#submitted(event));
    // Some password managers fire only `change`.
    for (const news of ["input", "change"])
      form.addEventListener(news, (event) => this.#typed(event));
    form.addEventListener("keydown", (event) => this.#pressedKey(event));
    form.addEventListener("focusout", (event) => this.#left(event));
    addEventListener("pointerdown", () => (this.#pressed = true), true);
    addEventListener("pointerup", () => (this.#pressed = false), true);
    this.#recall();
  }

  clear() {
    tabMemory.removeItem(PLACE);
    this.form.reset();
    this.#visited.clear();
    this.#input("cpf").disabled = false;
  }

  /** Shows what the gateway found. @param {Record<string, string>} faults messages by field name */
  show(faults) {
    for (const name of FIELDS) {
      if (typeof faults[name] === "string")
        this.#mark(this.#input(name), isPortuguese ? faults[name] : t("fault.refused"));
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
    const key =
      name === "cpf"
        ? cpfFault(input.value, this.#withoutCpf)
        : name === "email"
          ? emailFault(input.value)
          : nameFault(input.value);
    this.#mark(input, key && t(key));
  }

  #recall() {
    const kept = JSON.parse(tabMemory.getItem(PLACE) ?? "{}");
    for (const name of KEPT) this.#input(name).value = kept[name] ?? "";
  }

  #remember() {
    const kept = KEPT.map((name) => [name, this.#input(name).value]);
    tabMemory.setItem(PLACE, JSON.stringify(Object.fromEntries(kept)));
  }

  /** @param {Event} event */
  #typed(event) {
    const { target } = event;
    if (!(target instanceof HTMLInputElement)) return;
    if (KEPT.includes(target.name)) this.#remember();
    if (target.name === "cpf" && !(event instanceof InputEvent && event.isComposing))
      maskInPlace(target);
    if (target.name === "semCpf") {
      this.#input("cpf").disabled = target.checked;
      this.#mark(this.#input("cpf"), "");
    }
    if (this.#visited.has(target.name)) this.#judge(target.name);
  }

  /**
   * Enter moves to the next empty field, as the phone's keyboard shows; after the last one it
   * submits.
   * @param {KeyboardEvent} event
   */
  #pressedKey(event) {
    const { key, isComposing, target } = event;
    if (
      key !== "Enter" ||
      isComposing ||
      !(target instanceof HTMLInputElement) ||
      !FIELDS.includes(target.name)
    )
      return;
    const behind = FIELDS.slice(FIELDS.indexOf(target.name) + 1).map((name) => this.#input(name));
    const next = behind.find(({ value, disabled }) => !value && !disabled);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /**
   * A fault's message moves everything below it, so it waits for the end of the click that left the
   * field.
   * @param {FocusEvent} event
   */
  #left({ target }) {
    if (!(target instanceof HTMLInputElement) || !target.value || !FIELDS.includes(target.name))
      return;
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
      nomeCompleto: tidied(this.#input("nomeCompleto").value).replace(/\s+/g, " "),
      cpf: this.#withoutCpf ? "" : this.#input("cpf").value,
      email: addressIn(this.#input("email").value),
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
  const masked = maskCpf(input.value);
  if (input.value === masked) return;
  const before = digitsOf(input.value.slice(0, input.selectionStart ?? 0)).length;
  input.value = masked;
  let caret = 0;
  for (let digits = 0; caret < input.value.length && digits < before; caret++) {
    if (/\d/.test(input.value[caret])) digits++;
  }
  input.setSelectionRange(caret, caret);
}
