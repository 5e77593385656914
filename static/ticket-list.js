// @ts-check
/**
 * The tickets of the order. A row element lives as long as its seat is held, so that an open select
 * is not replaced.
 */
import { icon, make, say } from "./dom.js";
import { shortMoney } from "./format.js";
import { kindText } from "./seat-text.js";
import { hasText, t } from "./text.js";
import { CATEGORIES, needsQuota, priceOf, quotaNeeded } from "./tickets.js";

/** @typedef {import("./tickets.js").Ticket} Ticket */
/** @typedef {import("./tickets.js").Category} Category */

export class TicketList {
  /** @type {Map<string, TicketRow>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} list
   * @param {ConstructorParameters<typeof TicketRow>[1]} on
   * @param {() => void} onFocusLost called when the row with the focus was removed, and no other is
   *   left
   */
  constructor(list, on, onFocusLost) {
    this.list = list;
    this.on = on;
    this.onFocusLost = onFocusLost;
  }

  /**
   * @param {Ticket[]} tickets
   * @param {number} halvesLeft half-price tickets that the session has left
   */
  render(tickets, halvesLeft) {
    const rows = tickets.map((ticket) => this.#rowOf(ticket));
    const hadFocus = this.#dropAllBut(new Set(rows));
    const spare = halvesLeft - quotaNeeded(tickets);
    tickets.forEach((ticket, i) => {
      const { root } = rows[i];
      if (this.list.children[i] !== root)
        this.list.insertBefore(root, this.list.children[i] ?? null);
      rows[i].update(ticket, spare + quotaNeeded([ticket]));
    });
    if (hadFocus && rows.length) rows[0].release.focus();
    else if (hadFocus) this.onFocusLost();
  }

  /** Focuses the first ticket type. */
  focus() {
    this.list.querySelector("select")?.focus();
  }

  /** @param {Ticket} ticket */
  #rowOf({ seat }) {
    const row = this.#rows.get(seat.name) ?? new TicketRow(seat, this.on);
    this.#rows.set(seat.name, row);
    return row;
  }

  /** @param {Set<TicketRow>} kept @returns {boolean} whether the focus was in one that went */
  #dropAllBut(kept) {
    let hadFocus = false;
    for (const [name, row] of this.#rows) {
      if (kept.has(row)) continue;
      hadFocus ||= row.root.contains(document.activeElement);
      row.root.remove();
      this.#rows.delete(name);
    }
    return hadFocus;
  }
}

/**
 * One own seat: its category, what each category costs, what to bring, and the way to release it.
 */
class TicketRow {
  /**
   * @param {import("./room.js").Seat} seat
   * @param {{category: (seat: string, category: Category) => void, release: (seat: string) =>
   * void}} on
   */
  constructor({ name }, on) {
    this.release = make(
      "button",
      {
        class: "round",
        type: "button",
        "data-action": "release",
        "aria-label": t("order.release", { seat: name }),
      },
      icon("close"),
    );
    this.release.onclick = () => on.release(name);
    this.note = make("p", { class: "quiet", id: `note-${name}` });
    this.options = CATEGORIES.map((category) => make("option", { value: category }));
    this.choice = make(
      "select",
      { "aria-label": t("order.category", { seat: name }), "aria-describedby": this.note.id },
      ...this.options,
    );
    this.choice.onchange = () => on.category(name, /** @type {Category} */ (this.choice.value));
    this.root = make(
      "li",
      { class: "ticket", "data-ticket": name },
      make("strong", { text: name }),
      this.choice,
      this.release,
      this.note,
    );
  }

  /** @param {Ticket} ticket @param {number} halves half-price tickets left for this seat */
  update({ seat, category }, halves) {
    CATEGORIES.forEach((each, i) => {
      say(this.options[i], optionText(each, seat.price));
      this.options[i].disabled = halves < 1 && needsQuota(each);
    });
    this.choice.value = category;
    say(
      this.note,
      [kindNote(seat.kind), category === "inteira" ? "" : t(`proof.${category}`)]
        .filter(Boolean)
        .join(" "),
    );
    this.note.hidden = !this.note.textContent;
  }
}

/**
 * The price comes first, so that it is visible also if a long name is cut off.
 * @param {Category} category
 * @param {number} full
 */
const optionText = (category, full) =>
  `${shortMoney(priceOf(category, full))} · ${t(`category.${category}`)}`;

/** A sentence on a special kind of seat. @param {string} kind */
function kindNote(kind) {
  const hint = `hint.${kind}`;
  if (hasText(hint)) return t(hint);
  return kind === "comum" ? "" : `${kindText(kind)}.`;
}
