// @ts-check
/**
 * The payment form in a native dialog: summary, fields with validation, and the state of the
 * payment. It sends nothing itself. While an answer is unknown it cannot be closed.
 */
import { Advice } from "./advice.js";
import { BackCloses } from "./back-closes.js";
import { action, part } from "./dom.js";
import { payText } from "./order-panel.js";
import { PaymentForm } from "./payment-form.js";
import { PaymentMethod } from "./payment-method.js";
import { PaymentSummary } from "./payment-summary.js";
import { enumerate, t } from "./text.js";
import { viewOf } from "./view.js";

/** @typedef {"form"|"sending"|"checking"|"expired"|"done"} DialogState */
/** @typedef {import("./checkout.js").Order} Order */

/** After a purchase the tickets follow by themselves, unless the reader touches something. */
const READING_MS = 3500;

export class PaymentDialog {
  /** @type {DialogState} */
  state = "form";
  /** The seats and the total that the form shows. */
  #shown = { seats: "", total: 0 };

  /**
   * @param {ParentNode} root the dialog's parent
   * @param {{submit: (payment: import("./validation.js").Payment) => void, extend: () => void}} on
   * @param {import("./notice.js").Notice} notice moves into the open dialog
   */
  constructor(root, on, notice) {
    root.append(viewOf("payment-view"));
    this.root = root;
    this.notice = notice;
    this.dialog = /** @type {HTMLDialogElement} */ (part(root, "payment"));
    this.title = part(this.dialog, "payment-title");
    this.summary = new PaymentSummary(this.dialog);
    this.advice = new Advice(part(root, "payment-advice"), action(this.dialog, "confirm"));
    const form = /** @type {HTMLFormElement} */ (part(root, "payment-form"));
    this.method = new PaymentMethod(form, () => this.#fail(""));
    this.form = new PaymentForm(form, (person) => {
      if (this.state === "form") on.submit({ ...person, forma: this.method.value });
    });
    this.back = new BackCloses(() => this.#closeByBack());
    this.dialog.addEventListener("cancel", (event) => this.#isBusy && event.preventDefault());
    this.dialog.addEventListener("close", () => this.#closed());
    action(this.dialog, "back").onclick = () => this.dialog.close();
    action(this.dialog, "extend-in-payment").onclick = () => {
      this.title.focus(); // the button may disappear with the answer
      on.extend();
    };
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** @param {Order} order */
  open(order) {
    this.#become("form");
    this.#say(t("payment.simulation"));
    this.#label(order);
    this.#show();
  }

  /**
   * The held seats, or the troubles that block the payment, changed while the form was open.
   * @param {Order} order
   * @returns {string[]} seats that it was for, if none of them is held any more
   */
  changed(order) {
    if (this.state !== "form" && this.state !== "expired") return [];
    const before = this.#shown;
    this.#label(order);
    const now = this.#shown;
    if (now.total !== before.total) this.#fail("");
    if (now.seats === before.seats) return [];
    this.#become(now.seats ? "form" : "expired");
    this.#say(
      now.seats ? t("payment.changed", { seats: enumerate(seatsOf(order)) }) : t("payment.expired"),
    );
    return now.seats ? [] : before.seats.split(",");
  }

  /** A click on "Pagar" while troubles block the payment. */
  insist() {
    this.advice.insist();
  }

  sending() {
    this.#become("sending");
    this.#say(t("payment.sending"));
  }

  /** The answer is unknown, also to the gateway: the request is being repeated. */
  checking() {
    this.#become("checking");
    this.#say(t("payment.checking_text"));
    this.#show();
  }

  /**
   * @param {string} text
   * @param {Record<string, string>} fields messages by field name
   * @param {Order} order
   */
  refused(text, fields, order) {
    this.#become(order.tickets.length ? "form" : "expired");
    this.#label(order);
    this.#say(t("payment.simulation"));
    this.#fail(text);
    this.form.show(fields);
  }

  /**
   * The history entry is removed, so that Back leads from the tickets to the map.
   * @param {string} order its reference
   * @param {string} text
   */
  done(order, text) {
    this.#become("done");
    this.#say(text);
    this.form.clear();
    const link = part(this.dialog, "payment-order");
    link.setAttribute("href", `/pedido/${encodeURIComponent(order)}`);
    link.focus();
    this.back.closed();
    followByItself(this.dialog, link);
  }

  /**
   * The title gets the focus: on a phone a focused field would open the keyboard over the summary.
   */
  #show() {
    if (this.isOpen) return;
    this.notice.hide();
    this.notice.moveTo(part(this.dialog, "payment-foot"));
    this.dialog.showModal();
    this.title.focus();
    this.back.opened();
  }

  #closeByBack() {
    if (!this.#isBusy) this.dialog.close();
    return !this.isOpen;
  }

  /**
   * The button that opened the dialog may be hidden by now: then the order's title gets the focus.
   */
  #closed() {
    this.#become("form");
    this.notice.moveTo(part(this.root, "stage"));
    if (document.activeElement === document.body) part(this.root, "order-title").focus();
    this.back.closed();
  }

  get #isBusy() {
    return this.state === "sending" || this.state === "checking";
  }

  /** @param {DialogState} state */
  #become(state) {
    this.state = state;
    this.dialog.dataset.state = state;
    const title = { checking: t("payment.checking"), done: t("payment.done") };
    this.title.textContent = Object(title)[state] ?? t("payment.title");
    this.#fail("");
    part(this.dialog, "payment-fields").hidden = state === "checking" || state === "done";
    part(this.dialog, "payment-order").hidden = state !== "done";
    action(this.dialog, "confirm").hidden = state === "done" || state === "expired";
    action(this.dialog, "confirm").disabled = state !== "form";
    action(this.dialog, "back").disabled = this.#isBusy;
  }

  /** @param {string} text */
  #say(text) {
    part(this.dialog, "payment-text").textContent = text;
  }

  /** Read out at once. @param {string} text */
  #fail(text) {
    part(this.dialog, "payment-error").textContent = text;
  }

  /** @param {Order} order */
  #label(order) {
    const { total, troubles } = order;
    this.#shown = { seats: seatsOf(order).join(), total };
    action(this.dialog, "confirm").textContent = payText(troubles.length, total);
    this.summary.render(order);
    this.advice.render(troubles);
    this.method.show(total);
  }
}

/** @param {Order} order */
const seatsOf = ({ tickets }) => tickets.map(({ seat }) => seat.name);

/**
 * Opens the tickets after a while, unless a key or a touch cancels it. With reduced motion the page
 * stays.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} link to the tickets
 */
function followByItself(dialog, link) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const timer = setTimeout(() => link.click(), READING_MS);
  const stay = () => {
    clearTimeout(timer);
    dialog.removeAttribute("data-leaving");
  };
  dialog.setAttribute("data-leaving", "");
  for (const event of ["pointerdown", "keydown", "close"])
    dialog.addEventListener(event, stay, { once: true });
}
