// @ts-check
/**
 * Lists what blocks the payment, with offers to resolve it. `insist` highlights the list and
 * focuses the first offer.
 */
import { make } from "./dom.js";
import { enumerate, t } from "./text.js";
import { needsQuota } from "./tickets.js";

/** @typedef {import("./notice.js").NoticeAction} NoticeAction */
/** @typedef {{kind: "lonely"|"companion"|"quota", text: string, offers: NoticeAction[]}} Trouble */
/** @typedef {import("./seating.js").Offer} Offer */

/** The same words as for booking's own refusals. */
const TEXTS = /** @type {const} */ ({
  lonely: "reason.lugar_isolado",
  companion: "reason.acompanhante_sem_cadeirante",
});

export class Advice {
  #shown = "[]";

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} next gets the focus when the last trouble is gone
   */
  constructor(root, next) {
    this.root = root;
    this.next = next;
  }

  /** @param {Trouble[]} troubles */
  render(troubles) {
    const key = JSON.stringify(troubles);
    if (key === this.#shown) return;
    this.#shown = key;
    const hadFocus = this.root.contains(document.activeElement);
    this.root.hidden = !troubles.length;
    if (!troubles.length) this.root.removeAttribute("data-insists");
    this.root.replaceChildren(
      ...troubles.map((trouble, i) => this.#entry(trouble, `${this.root.dataset.part}-${i}`)),
    );
    if (hadFocus) (this.root.querySelector("button") ?? this.next).focus();
  }

  /**
   * After a click on "Pagar": the first offer gets the focus, so that a screen reader reads its
   * reason.
   */
  insist() {
    this.root.setAttribute("data-insists", "");
    this.root.querySelector("button")?.focus();
  }

  /** @param {Trouble} trouble @param {string} id */
  #entry({ kind, text, offers }, id) {
    const buttons = offers.map((offer) => {
      const button = make("button", {
        class: "button",
        type: "button",
        "aria-describedby": id,
        text: offer.text,
      });
      button.onclick = offer.do;
      return button;
    });
    return make(
      "div",
      { class: "trouble", "data-trouble": kind },
      make("p", { id, text }),
      make("div", { class: "trouble-offers" }, ...buttons),
    );
  }
}

/**
 * @param {import("./seating.js").Problem} problem
 * @param {(offer: Offer) => void} exchange
 * @returns {Trouble}
 */
export const seatingTrouble = ({ kind, seats, offers }, exchange) => ({
  kind,
  text: t(TEXTS[kind], { n: seats.length, seats: enumerate(seats) }),
  offers: offers.map((offer) => ({ text: offerText(offer), do: () => exchange(offer) })),
});

/**
 * More half-price tickets are chosen than the session has left.
 * @param {import("./tickets.js").Ticket[]} tickets
 * @param {number} left
 * @param {(seats: string[]) => void} payFull
 * @returns {Trouble[]}
 */
export function quotaTrouble(tickets, left, payFull) {
  const half = tickets.filter(({ category }) => needsQuota(category)).map(({ seat }) => seat.name);
  const over = half.slice(left);
  if (!over.length) return [];
  const offer = { text: t("mend.full", { seats: enumerate(over) }), do: () => payFull(over) };
  return [{ kind: "quota", text: t("mend.quota", { n: left }), offers: [offer] }];
}

/** @param {Offer} offer */
function offerText({ take, release }) {
  if (!release.length) return t("mend.also", { seats: enumerate(take) });
  if (!take.length) return t("order.release", { seat: enumerate(release) });
  return t("mend.exchange", { from: enumerate(release), to: enumerate(take) });
}
