// @ts-check
/**
 * Confirms a cancellation: what is refunded, and the result. A lost answer is unknown, not a
 * refusal.
 */
import { cancelOrder, cancelSeats } from "./api.js";
import { action, part } from "./dom.js";
import { money } from "./format.js";
import { hasText, t } from "./text.js";
import { placesOf } from "./ticket-stub.js";

/** @typedef {import("./api.js").Order} Order */

export class CancelDialog {
  /** @type {() => Promise<import("./api.js").Answer<unknown>>} */
  #send = () => cancelOrder(this.reference);
  #label = "";

  /**
   * @param {ParentNode} root
   * @param {string} reference of the order
   * @param {() => void} onAnswer the order must be fetched again
   */
  constructor(root, reference, onAnswer) {
    this.reference = reference;
    this.dialog = /** @type {HTMLDialogElement} */ (part(root, "cancel-dialog"));
    this.error = part(this.dialog, "cancel-error");
    this.confirm = action(this.dialog, "cancel-surely");
    this.confirm.onclick = () => void this.#cancel();
    this.keep = action(this.dialog, "keep");
    this.keep.onclick = () => this.dialog.close();
    this.onAnswer = onAnswer;
  }

  /** @param {Order} order @param {string[]} seats all of its seats, or some of them */
  open(order, seats) {
    const leaving = order.ingressos.filter(({ assento }) => seats.includes(assento));
    const staying = order.ingressos.length - leaving.length;
    const n = leaving.length;
    this.#send = () => (staying ? cancelSeats(this.reference, seats) : cancelOrder(this.reference));
    this.#label = staying
      ? t("receipt.cancel_seat")
      : t(n > 1 ? "receipt.cancel" : "receipt.cancel_one");
    part(this.dialog, "cancel-title").textContent = t(
      staying ? "receipt.cancel_seat_title" : "receipt.cancel_title",
      { n },
    );
    part(this.dialog, "cancel-text").textContent = [
      staying && leaving.some(({ vai_com }) => vai_com) && t("receipt.sofa"),
      t("receipt.cancel_text", { n, places: placesOf(seats) }),
      staying && t("receipt.rest", { n: staying }),
      refundText(order, leaving),
    ]
      .filter(Boolean)
      .join(" ");
    this.error.textContent = "";
    this.#busy(false);
    this.dialog.showModal();
  }

  async #cancel() {
    this.#busy(true);
    const { data, reason } = await this.#send();
    this.#busy(false);
    const key = `reason.${reason}`;
    if (data) this.dialog.close();
    else if (reason === "acompanhante_sem_cadeirante")
      this.error.textContent = t("receipt.companion");
    else this.error.textContent = hasText(key) ? t(key) : t("receipt.cancel_failed");
    this.onAnswer();
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.confirm.disabled = busy;
    this.confirm.textContent = busy ? t("receipt.cancelling") : this.#label;
  }
}

/**
 * The refund for these tickets, and by which method; empty if nothing was paid.
 * @param {Order} order
 * @param {{preco: number}[]} tickets
 */
export function refundText({ forma }, tickets) {
  const total = tickets.reduce((sum, { preco }) => sum + preco, 0);
  const key = `receipt.refund_${forma}`;
  return total ? t(hasText(key) ? key : "receipt.refund", { total: money(total) }) : "";
}
