// @ts-check
/** Asks once more before an order is cancelled, and says what became of it: an answer that got lost is not a no. */
import { cancelOrder } from "./api.js";
import { action, part } from "./dom.js";
import { money } from "./format.js";
import { enumerate, hasText, t } from "./text.js";

export class CancelDialog {
  /** @param {ParentNode} root @param {string} reference of the order @param {() => void} onAnswer what the order is now has to be asked for */
  constructor(root, reference, onAnswer) {
    this.reference = reference;
    this.dialog = /** @type {HTMLDialogElement} */ (part(root, "cancel-dialog"));
    this.error = part(this.dialog, "cancel-error");
    this.confirm = action(this.dialog, "cancelar-mesmo");
    this.confirm.onclick = () => void this.#cancel();
    this.keep = action(this.dialog, "manter");
    this.keep.onclick = () => this.dialog.close();
    this.onAnswer = onAnswer;
  }

  /** @param {import("./api.js").Order} order */
  open({ assentos, total }) {
    const words = [t("ordem.cancelar_texto", { n: assentos.length, assentos: enumerate(assentos) })];
    if (total) words.push(t("ordem.cancelar_valor", { total: money(total) }));
    part(this.dialog, "cancel-text").textContent = words.join(" ");
    this.error.textContent = "";
    this.#busy(false);
    this.dialog.showModal();
  }

  async #cancel() {
    this.#busy(true);
    const { data, reason } = await cancelOrder(this.reference);
    this.#busy(false);
    const key = `motivo.${reason}`;
    if (data) this.dialog.close();
    else this.error.textContent = hasText(key) ? t(key) : t("ordem.cancelar_falhou");
    this.onAnswer();
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.confirm.disabled = busy;
    this.confirm.textContent = t(busy ? "ordem.cancelando" : "ordem.cancelar");
  }
}
