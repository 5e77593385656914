// @ts-check
/** The order: own seats, time left, total and the next step. A column, or a sheet on a phone. */
import { Advice } from "./advice.js";
import { action, make, part, say } from "./dom.js";
import { money, namedHour, roughly } from "./format.js";
import { asInProgramme } from "./language.js";
import { enumerate, t } from "./text.js";
import { TicketList } from "./ticket-list.js";

/** @typedef {import("./checkout.js").Order} Order */
/** @typedef {import("./sales.js").Closing} Closing */
/** @typedef {import("./tickets.js").Ticket} Ticket */
/**
 * @typedef {object} PanelState
 * @property {number|null} msLeft null: nothing is held
 * @property {boolean} ending whether the last minute runs
 * @property {boolean} longest whether the holds cannot be extended
 * @property {boolean} checking whether a payment's answer is unknown
 * @property {Closing|""} closed why sales are closed; empty while they are open
 */

export class OrderPanel {
  /**
   * @param {ParentNode} root
   * @param {import("./api.js").SessionMap} session
   * @param {{pay: () => void, extend: () => void} & ConstructorParameters<typeof TicketList>[1]} on
   */
  constructor(root, session, on) {
    this.root = part(root, "order");
    this.title = part(root, "order-title");
    this.text = part(root, "order-text");
    this.session = session;
    this.on = on;
    this.tickets = new TicketList(part(root, "tickets"), on, () => this.title.focus());
    this.pay = action(this.root, "pay");
    this.advice = new Advice(part(root, "advice"), this.pay);
    this.pay.onclick = on.pay;
    this.types = action(this.root, "types");
    this.types.onclick = () => this.#chooseTypes();
    this.layout = part(root, "session");
    this.toggle = action(this.root, "tickets");
    this.toggle.onclick = () => this.#open(!this.layout.hasAttribute("data-open"));
    this.rules = make("span");
    this.elsewhere = make("a");
    this.until = make("span", { class: "until" });
    this.more = make("button", {
      class: "link",
      type: "button",
      "data-action": "extend",
      text: t("order.more_time"),
      hidden: "",
    });
    this.more.onclick = () => this.#extend();
    this.most = make("span", { text: t("order.longest") });
    part(root, "order-film").append(
      make("span", { text: session.filme.titulo, ...asInProgramme }),
      ` · ${namedHour(new Date(session.inicio))}`,
    );
  }

  /** @param {Order} order @param {PanelState} state */
  render({ tickets, total, halves, troubles }, state) {
    const { checking, msLeft } = state;
    const count = tickets.length;
    if (count && msLeft !== null) this.#held(msLeft, state);
    else this.#empty(state.closed);
    this.root.dataset.state = checking ? "checking" : count ? "chosen" : "empty";
    this.root.toggleAttribute("data-troubled", troubles.length > 0);
    this.tickets.render(tickets, halves.left);
    this.advice.render(troubles);
    say(part(this.root, "limit"), this.#limit(count));
    say(
      part(this.root, "quota"),
      halves.total && !state.closed ? t("quota.left", { n: halves.left, total: halves.total }) : "",
    );
    this.#sum(tickets, total);
    part(this.root, "sum").hidden = !count && !checking;
    this.pay.disabled = checking;
    say(this.types, t("order.types", { n: count }));
    say(this.pay, checking ? t("order.checking") : payText(troubles.length, total));
  }

  /** A click on "Pagar" while troubles block the payment. */
  insist() {
    this.#open(true);
    this.advice.insist();
  }

  /**
   * On a phone the ticket types come between the seats and the payment, so that every buyer sees
   * them.
   */
  #chooseTypes() {
    this.#open(true);
    this.tickets.focus();
  }

  /** Moves the focus first: the button may disappear with the answer. */
  #extend() {
    this.title.focus();
    this.on.extend();
  }

  /** Opens or closes the phone's sheet. @param {boolean} open */
  #open(open) {
    this.layout.toggleAttribute("data-open", open);
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  /** @param {Ticket[]} tickets @param {number} total */
  #sum(tickets, total) {
    const count = countText(tickets);
    say(part(this.root, "order-seats"), enumerate(tickets.map(({ seat }) => seat.name)));
    say(part(this.root, "order-price"), `${count} · ${money(total)}`);
    say(part(this.root, "sum-count"), count);
    say(part(this.root, "total"), money(total));
  }

  /** @param {Closing|""} closed */
  #empty(closed) {
    this.#open(false);
    if (closed) return this.#closed(closed);
    const { limite_assentos, tempo_reserva_ms } = this.session;
    say(this.title, t("order.empty"));
    say(
      this.rules,
      t("order.rules", {
        n: limite_assentos,
        duration: roughly(tempo_reserva_ms),
        gesture: gesture(),
      }),
    );
    this.#showText(this.rules);
  }

  /** @param {Closing} closed */
  #closed(closed) {
    const isChanged = closed === "changed";
    say(
      this.title,
      t(isChanged ? "order.changed" : closed === "sold_out" ? "order.sold_out" : "order.ended"),
    );
    say(this.elsewhere, t(isChanged ? "closed.reload" : "order.ended_text"));
    this.elsewhere.setAttribute("href", isChanged ? location.pathname : "/");
    this.#showText(this.elsewhere);
  }

  /** @param {number} msLeft @param {PanelState} state */
  #held(msLeft, { ending, longest }) {
    say(this.title, t(ending ? "order.ending" : "order.held"));
    say(this.until, t("order.until", { time: namedHour(new Date(Date.now() + msLeft)) }));
    this.#showText(this.until, longest ? this.most : this.more);
  }

  /** @param {...Node} nodes */
  #showText(...nodes) {
    if (nodes.some((node, i) => node !== this.text.childNodes[i]))
      this.text.replaceChildren(...nodes);
  }

  /** @param {number} held */
  #limit(held) {
    if (!held) return "";
    const total = this.session.limite_assentos;
    return t("order.room_for", { n: Math.max(0, total - held), total });
  }
}

/** @param {number} troubles how many troubles block the payment @param {number} total */
export const payText = (troubles, total) =>
  troubles ? t("order.mend", { n: troubles }) : t("order.pay", { total: money(total) });

/** "Toque" or "Clique". */
const gesture = () => t(matchMedia("(pointer: coarse)").matches ? "gesture.tap" : "gesture.click");

/** "1 inteira + 2 meias". @param {Ticket[]} tickets */
function countText(tickets) {
  const full = tickets.filter(({ category }) => category === "inteira").length;
  const half = tickets.length - full;
  return [full && t("order.full", { n: full }), half && t("order.half", { n: half })]
    .filter(Boolean)
    .join(" + ");
}
