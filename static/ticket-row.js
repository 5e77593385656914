// @ts-check
/** One own seat in the order: in which category it is paid, what each costs, what to bring for it, and the way to give it back. */
import { icon, make, say } from "./dom.js";
import { shortMoney } from "./format.js";
import { kindText } from "./seat-text.js";
import { hasText, t } from "./text.js";
import { CATEGORIES, needsQuota, priceOf } from "./tickets.js";

/** @typedef {import("./tickets.js").Ticket} Ticket */
/** @typedef {import("./tickets.js").Category} Category */

export class TicketRow {
  /**
   * @param {import("./room.js").Seat} seat
   * @param {{category: (seat: string, category: Category) => void, release: (seat: string) => void}} on
   */
  constructor({ name }, on) {
    this.release = make("button", {
      class: "round", type: "button", "data-action": "release", "aria-label": t("order.release", { assento: name }),
    }, icon("close"));
    this.release.onclick = () => on.release(name);
    this.note = make("p", { class: "quiet", id: `note-${name}` });
    this.options = CATEGORIES.map((category) => make("option", { value: category }));
    this.choice = make("select", { "aria-label": t("order.category", { assento: name }), "aria-describedby": this.note.id }, ...this.options);
    this.choice.onchange = () => on.category(name, /** @type {Category} */ (this.choice.value));
    this.root = make("li", { class: "ticket", "data-ticket": name }, make("strong", { text: name }), this.choice, this.release, this.note);
  }

  /** @param {Ticket} ticket @param {number} halves half-price tickets that this one may be of */
  update({ seat, category }, halves) {
    CATEGORIES.forEach((each, i) => {
      say(this.options[i], optionText(each, seat.price));
      this.options[i].disabled = halves < 1 && needsQuota(each);
    });
    this.choice.value = category;
    say(this.note, [kindNote(seat.kind), category === "inteira" ? "" : t(`proof.${category}`)].filter(Boolean).join(" "));
    this.note.hidden = !this.note.textContent;
  }
}

/** The price first: it is read also where a long name is cut off. @param {Category} category @param {number} full */
const optionText = (category, full) => `${shortMoney(priceOf(category, full))} · ${t(`category.${category}`)}`;

/** What is special about the seat. @param {string} kind */
function kindNote(kind) {
  const hint = `hint.${kind}`;
  if (hasText(hint)) return t(hint);
  return kind === "comum" ? "" : `${kindText(kind)}.`;
}
