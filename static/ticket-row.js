// @ts-check
/** One own seat in the order: what it is, in which category it is paid, what to bring for that, and the way to give it back. */
import { icon, make } from "./dom.js";
import { money } from "./format.js";
import { kindText } from "./seat-text.js";
import { hasText, t } from "./text.js";
import { CATEGORIES, needsQuota } from "./tickets.js";

/** @typedef {import("./tickets.js").Ticket} Ticket */
/** @typedef {import("./tickets.js").Category} Category */

export class TicketRow {
  /**
   * @param {import("./room.js").Seat} seat
   * @param {{category: (seat: string, category: Category) => void, release: (seat: string) => void}} on
   */
  constructor({ name, kind }, on) {
    this.price = make("span", { class: "price" });
    this.release = make("button", {
      class: "round", type: "button", "data-acao": "soltar", "aria-label": t("pedido.soltar", { assento: name }),
    }, icon("close"));
    this.release.onclick = () => on.release(name);
    this.note = make("p", { class: "quiet", id: `note-${name}` });
    this.options = CATEGORIES.map((category) => make("option", { value: category, text: t(`categoria.${category}`) }));
    this.choice = make("select", { "aria-label": t("pedido.categoria", { assento: name }), "aria-describedby": this.note.id }, ...this.options);
    this.choice.onchange = () => on.category(name, /** @type {Category} */ (this.choice.value));
    this.root = make("li", { class: "ticket", "data-ingresso": name },
      make("strong", { text: name }), make("span", { text: kindText(kind) }), this.price, this.release, this.choice, this.note);
  }

  /** @param {Ticket} ticket @param {number} halves half-price tickets that this one may be of */
  update({ seat, category, price }, halves) {
    this.price.textContent = money(price);
    this.choice.value = category;
    for (const option of this.options) option.disabled = halves < 1 && needsQuota(/** @type {Category} */ (option.value));
    const hint = `dica.${seat.kind}`;
    this.note.textContent = [hasText(hint) ? t(hint) : "", category === "inteira" ? "" : t(`prova.${category}`)].filter(Boolean).join(" ");
    this.note.hidden = !this.note.textContent;
  }
}
