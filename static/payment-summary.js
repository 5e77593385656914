// @ts-check
/**
 * The summary in the payment dialog: film, day, hour and room, each seat with its ticket type and
 * price, and the total.
 */
import { make, part } from "./dom.js";
import { dayAndHour, money } from "./format.js";
import { asInProgramme } from "./language.js";
import { roomOf } from "./sessions.js";
import { t } from "./text.js";

export class PaymentSummary {
  /** @param {ParentNode} root */
  constructor(root) {
    this.root = part(root, "payment-summary");
  }

  /** @param {import("./checkout.js").Order} order */
  render({ tickets, total, session }) {
    const { filme, inicio } = session;
    this.root.hidden = !tickets.length;
    this.root.replaceChildren(
      make("strong", { text: filme.titulo, ...asInProgramme }),
      make("p", { class: "quiet" }, `${dayAndHour(inicio)} · `, roomOf(session)),
      make("ul", {}, ...tickets.map(line)),
      make(
        "p",
        { class: "total" },
        make("span", { text: t("order.total") }),
        make("strong", { text: money(total) }),
      ),
    );
  }
}

/** @param {import("./tickets.js").Ticket} ticket */
const line = ({ seat, category, price }) =>
  make(
    "li",
    { "data-pays-for": seat.name },
    make("strong", { text: seat.name }),
    make("span", { text: t(`category.${category}`) }),
    make("span", { text: money(price) }),
  );
