// @ts-check
/** The one place for the order: own seats, time, total, the next step. A column, or a sheet on a phone. */
import { Advice } from "./advice.js";
import { action, make, part } from "./dom.js";
import { hour, money, roughly } from "./format.js";
import { t } from "./text.js";
import { TicketList } from "./ticket-list.js";

/** @typedef {import("./checkout.js").Order} Order */
/** @typedef {import("./sales.js").Closing} Closing */
/** @typedef {import("./tickets.js").Ticket} Ticket */
/**
 * @typedef {object} PanelState
 * @property {number|null} msLeft null: nothing is held
 * @property {boolean} ending the last minute runs
 * @property {boolean} longest there is no more time to be had
 * @property {boolean} checking a payment's answer is not known yet
 * @property {Closing|""} closed why nothing is sold here any more, empty while something is
 */

export class OrderPanel {
  /**
   * @param {ParentNode} root
   * @param {{limit: number, holdMs: number}} rules
   * @param {{pay: () => void, extend: () => void} & ConstructorParameters<typeof TicketList>[1]} on
   */
  constructor(root, rules, on) {
    this.root = part(root, "order");
    this.title = part(root, "order-title");
    this.text = part(root, "order-text");
    this.rules = rules;
    this.on = on;
    this.tickets = new TicketList(part(root, "tickets"), on, () => this.title.focus());
    this.pay = action(this.root, "pagar");
    this.advice = new Advice(part(root, "advice"), this.pay);
    this.pay.onclick = on.pay;
    this.session = part(root, "session");
    this.toggle = action(this.root, "ingressos");
    this.toggle.onclick = () => this.#open(!this.session.hasAttribute("data-aberto"));
  }

  /** @param {Order} order @param {PanelState} state */
  render({ tickets, total, halves, troubles }, state) {
    const { checking, msLeft } = state;
    if (tickets.length && msLeft !== null) this.#held(msLeft, state);
    else this.#empty(state.closed);
    this.root.dataset.estado = checking ? "conferindo" : tickets.length ? "escolhido" : "vazio";
    this.tickets.render(tickets, halves.left);
    this.advice.render(troubles);
    say(part(this.root, "limit"), this.#limit(tickets.length));
    say(part(this.root, "quota"), halves.total && !state.closed ? t("cota.restam", { n: halves.left, total: halves.total }) : "");
    part(this.root, "sum").hidden = !tickets.length && !checking;
    say(part(this.root, "sum-count"), countText(tickets));
    say(part(this.root, "total"), money(total));
    this.pay.disabled = checking;
    say(this.pay, checking ? t("pedido.conferindo") : t("pedido.pagar", { total: money(total) }));
  }

  /** Somebody wants to pay what cannot be paid like this. */
  insist() {
    this.#open(true);
    this.advice.insist();
  }

  /** On a phone the sheet opens for the tickets. @param {boolean} open */
  #open(open) {
    this.session.toggleAttribute("data-aberto", open);
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  /** @param {Closing|""} closed */
  #empty(closed) {
    this.#open(false);
    if (closed) return this.#closed(closed);
    const { limit, holdMs } = this.rules;
    say(this.title, t("pedido.vazio"));
    say(this.text, t("pedido.regras", { n: limit, tempo: roughly(holdMs), gesture: gesture() }));
  }

  /** @param {Closing} closed */
  #closed(closed) {
    const isChanged = closed === "changed";
    say(this.title, t(isChanged ? "pedido.mudou" : closed === "sold_out" ? "pedido.esgotado" : "pedido.encerrado"));
    const text = t(isChanged ? "closed.reload" : "pedido.encerrado_texto");
    if (this.text.textContent === text) return;
    this.text.replaceChildren(make("a", { href: isChanged ? location.pathname : "/", text }));
  }

  /** @param {number} msLeft @param {PanelState} state */
  #held(msLeft, { ending, longest }) {
    say(this.title, t(ending ? "pedido.acabando" : "pedido.reservadas"));
    const until = t("pedido.ate", { hora: hour(new Date(Date.now() + msLeft)) });
    const more = this.text.querySelector("button");
    if (this.text.firstChild?.textContent === until && longest === !more) return;
    this.text.replaceChildren(make("span", { text: until }), longest ? make("span", { text: t("pedido.maximo") }) : more ?? this.#extendButton());
  }

  #extendButton() {
    const button = make("button", { class: "link", type: "button", "data-acao": "estender", text: t("pedido.mais_tempo") });
    button.onclick = this.on.extend;
    return button;
  }

  /** @param {number} held */
  #limit(held) {
    if (!held) return "";
    return t("pedido.cabem", { n: Math.max(0, this.rules.limit - held), total: this.rules.limit });
  }
}

/** Touches the page only where something changed. @param {HTMLElement} node @param {string} text */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** What the reader does on a seat. */
const gesture = () => t(matchMedia("(pointer: coarse)").matches ? "gesture.tap" : "gesture.click");

/** "1 inteira + 2 meias". @param {Ticket[]} tickets */
function countText(tickets) {
  const full = tickets.filter(({ category }) => category === "inteira").length;
  const half = tickets.length - full;
  return [full && t("pedido.inteiras", { n: full }), half && t("pedido.meias", { n: half })].filter(Boolean).join(" + ");
}
