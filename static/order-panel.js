// @ts-check
/** The one place for the order: own seats, time, total, the next step. A column, or a sheet on a phone. */
import { action, icon, make, part } from "./dom.js";
import { hour, money, roughly } from "./format.js";
import { kindText } from "./seat-text.js";
import { t } from "./text.js";

/** @typedef {import("./room.js").Seat} Seat */

export class OrderPanel {
  #shown = "";

  /**
   * @param {ParentNode} root
   * @param {{limit: number, holdMs: number}} rules
   * @param {{pay: () => void, extend: () => void, release: (seat: string) => void}} on
   */
  constructor(root, rules, on) {
    this.root = part(root, "order");
    this.title = part(root, "order-title");
    this.text = part(root, "order-text");
    this.rules = rules;
    this.on = on;
    this.pay = action(this.root, "pagar");
    this.pay.onclick = on.pay;
    this.session = part(root, "session");
    this.toggle = action(this.root, "ingressos");
    this.toggle.onclick = () => this.#open(!this.session.hasAttribute("data-aberto"));
    this.render([], null);
  }

  /**
   * @param {Seat[]} seats @param {number|null} msLeft
   * @param {{ending?: boolean, checking?: boolean, closed?: boolean}} [state] the last minute runs; a payment's answer is
   *   not known yet; nothing is sold here any more
   */
  render(seats, msLeft, { ending = false, checking = false, closed = false } = {}) {
    if (seats.length && msLeft !== null) this.#held(msLeft, ending);
    else this.#empty(closed);
    const key = JSON.stringify([seats.map(({ name }) => name), checking]);
    if (key === this.#shown) return;
    this.#shown = key;
    const total = seats.reduce((sum, { price }) => sum + price, 0);
    this.root.dataset.estado = checking ? "conferindo" : seats.length ? "escolhido" : "vazio";
    part(this.root, "tickets").replaceChildren(...seats.map((seat) => this.#ticket(seat)));
    part(this.root, "sum").hidden = !seats.length && !checking;
    part(this.root, "sum-count").textContent = t("pedido.quantas", { n: seats.length });
    part(this.root, "total").textContent = money(total);
    this.pay.disabled = checking;
    this.pay.textContent = checking ? t("pedido.conferindo") : t("pedido.pagar", { total: money(total) });
  }

  /** On a phone the sheet opens for the tickets. @param {boolean} open */
  #open(open) {
    this.session.toggleAttribute("data-aberto", open);
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  /** @param {boolean} closed */
  #empty(closed) {
    this.#open(false);
    const { limit, holdMs } = this.rules;
    this.title.textContent = t(closed ? "pedido.encerrado" : "pedido.vazio");
    this.text.textContent = closed ? t("pedido.encerrado_texto") : t("pedido.regras", { n: limit, tempo: roughly(holdMs) });
  }

  /** @param {number} msLeft @param {boolean} ending */
  #held(msLeft, ending) {
    this.title.textContent = t(ending ? "pedido.acabando" : "pedido.reservadas");
    const until = t("pedido.ate", { hora: hour(new Date(Date.now() + msLeft)) });
    const button = this.text.querySelector("button") ?? this.#extendButton();
    if (this.text.firstChild?.textContent !== until) this.text.replaceChildren(make("span", { text: until }), button);
  }

  #extendButton() {
    const button = make("button", { class: "link", type: "button", "data-acao": "estender", text: t("pedido.mais_tempo") });
    button.onclick = this.on.extend;
    return button;
  }

  /** @param {Seat} seat */
  #ticket(seat) {
    const release = make("button", {
      class: "round", type: "button", "data-acao": "soltar", "aria-label": t("pedido.soltar", { assento: seat.name }),
    }, icon("close"));
    release.onclick = () => this.on.release(seat.name);
    return make("li", { class: "ticket", "data-ingresso": seat.name },
      make("strong", { text: seat.name }), make("span", { text: kindText(seat.kind) }),
      make("span", { class: "price", text: money(seat.price) }), release);
  }
}
