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
    this.rules = rules;
    this.on = on;
    this.pay = action(this.root, "pagar");
    this.pay.onclick = on.pay;
    const toggle = action(this.root, "ingressos");
    toggle.onclick = () => {
      const open = this.root.toggleAttribute("data-aberto");
      toggle.setAttribute("aria-expanded", String(open));
    };
    this.render([], null, false);
  }

  /** @param {Seat[]} seats @param {number|null} msLeft @param {boolean} checking a payment's answer is not known yet */
  render(seats, msLeft, checking) {
    this.#head(seats.length > 0, msLeft);
    const key = JSON.stringify([seats.map(({ name }) => name), checking]);
    if (key === this.#shown) return;
    this.#shown = key;
    const total = seats.reduce((sum, { price }) => sum + price, 0);
    this.root.dataset.estado = checking ? "conferindo" : seats.length ? "escolhido" : "vazio";
    part(this.root, "tickets").replaceChildren(...seats.map((seat) => this.#ticket(seat)));
    part(this.root, "sum").hidden = !seats.length && !checking;
    part(this.root, "sum-count").textContent = t("pedido.quantas", { n: seats.length });
    part(this.root, "total").textContent = money(total);
    this.pay.textContent = checking ? t("pedido.conferindo") : t("pedido.pagar", { total: money(total) });
  }

  /** @param {boolean} ending */
  ending(ending) {
    this.root.toggleAttribute("data-acabando", ending);
  }

  /** @param {boolean} chosen @param {number|null} msLeft */
  #head(chosen, msLeft) {
    part(this.root, "order-title").textContent = t(chosen ? "pedido.reservadas" : "pedido.vazio");
    const text = part(this.root, "order-text");
    if (!chosen || msLeft === null) {
      const { limit, holdMs } = this.rules;
      text.textContent = t("pedido.regras", { n: limit, tempo: roughly(holdMs) });
      return;
    }
    const until = t("pedido.ate", { hora: hour(new Date(Date.now() + msLeft)) });
    const more = text.querySelector("button") ?? this.#extendButton();
    if (text.firstChild?.textContent !== `${until} · `) text.replaceChildren(`${until} · `, more);
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
