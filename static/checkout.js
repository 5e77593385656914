// @ts-check
/**
 * From held seats to a paid order: their categories, prices and time, and what blocks the payment.
 */
import { fetchSession } from "./api.js";
import { Basket } from "./basket.js";
import { Countdown } from "./countdown.js";
import { OrderPanel } from "./order-panel.js";
import { PaymentAttempts } from "./payment-attempt.js";
import { Seating } from "./seating.js";
import { t } from "./text.js";
import { HalfPriceQuota, totalOf } from "./tickets.js";
import { quotaTrouble, seatingTrouble } from "./advice.js";
import { loaded } from "./lazy.js";
import { reloading } from "./notice.js";

/** @typedef {import("./api.js").SessionMap} SessionMap */
/** @typedef {import("./advice.js").Trouble} Trouble */
/** @typedef {import("./payment.js").Payment} Payment */
/**
 * What is held now.
 * @typedef {object} Order
 * @property {import("./tickets.js").Ticket[]} tickets by seat
 * @property {number} total centavos
 * @property {SessionMap} session
 * @property {{left: number, total: number}} halves half-price tickets of the session
 * @property {Trouble[]} troubles what blocks the payment
 */
/**
 * The parts of the page that the checkout needs.
 * @typedef {object} Parts
 * @property {import("./room.js").Room} room
 * @property {import("./store.js").SeatStore} store
 * @property {import("./connection.js").Connection} connection
 * @property {import("./choosing.js").Choosing} choosing
 * @property {import("./notice.js").Notice} notice
 * @property {() => void} repaint
 * @property {(fresh: SessionMap) => void} repriced
 */

export class Checkout {
  #shown = "";
  /** @type {Promise<Payment|null>|null} */
  #loading = null;
  /** @type {Payment|null} */
  #payment = null;

  /** @param {ParentNode} root @param {SessionMap} session @param {Parts} parts */
  constructor(root, session, parts) {
    const { room, store, choosing } = parts;
    this.root = root;
    this.session = session;
    this.parts = parts;
    this.basket = new Basket(session.id);
    this.quota = new HalfPriceQuota(session.meias_total, session.meias_vendidas);
    this.seating = new Seating(
      room,
      session.limite_assentos,
      store.stateOf.bind(store),
      store.isOnMap.bind(store),
    );
    this.basket.share(parts.repaint);
    this.countdown = new Countdown(
      root,
      session,
      () => store.msLeft,
      (ending) => this.#ending(ending),
    );
    this.panel = new OrderPanel(root, session, {
      pay: () => void this.#pay(),
      extend: () => void choosing.extend(),
      release: (seat) => void choosing.release([seat]),
      category: (seat, category) => this.#category([seat], category),
    });
    this.attempts = new PaymentAttempts(session.id);
  }

  /** @param {import("./protocol.js").Frame} frame */
  receive(frame) {
    this.quota.apply(frame);
  }

  /** The connection is live: asks for the answer of a payment that is still unknown. */
  async resume() {
    if (this.attempts.open) (await this.#load())?.resume();
  }

  /** @returns {Order} */
  get order() {
    const { store, room, choosing } = this.parts;
    const mine = store.mine.flatMap((name) => room.seats.get(name) ?? []);
    const tickets = this.basket.tickets(mine);
    const exchange = (/** @type {import("./seating.js").Offer} */ { take, release }) =>
      void choosing.exchange(take, release);
    const troubles = [
      ...this.seating.problems(mine).map((problem) => seatingTrouble(problem, exchange)),
      ...quotaTrouble(tickets, this.quota.left, (seats) => this.#category(seats, "inteira")),
    ];
    return {
      tickets,
      total: totalOf(tickets),
      session: this.session,
      halves: this.quota,
      troubles,
    };
  }

  /**
   * @param {import("./sales.js").Closing|""} closed why sales are closed; empty while they are open
   */
  render(closed) {
    const { order, countdown } = this;
    const { store, choosing } = this.parts;
    countdown.update();
    if (order.tickets.length) void this.#load();
    this.panel.render(order, {
      closed,
      msLeft: store.msLeft,
      ending: countdown.isEnding,
      longest: choosing.isLongest,
      checking: this.#payment?.checking ?? false,
    });
    const key = JSON.stringify([order.tickets, order.troubles]);
    if (key !== this.#shown) void this.#payment?.update();
    this.#shown = key;
  }

  async #pay() {
    if (this.order.troubles.length) return this.panel.insist();
    const payment = await this.#load();
    if (payment) payment.open();
    else this.parts.notice.show("page", t("payment.not_open"), [reloading()]);
  }

  /**
   * Loads the payment's modules with the first seat, so that the map does not wait for them.
   * @returns {Promise<Payment|null>} null: it did not arrive
   */
  #load() {
    return (this.#loading ??= loaded(() => import("./payment.js")).then(
      ({ Payment }) => {
        const { connection, choosing, notice, repaint } = this.parts;
        this.#payment = new Payment(
          this.root,
          connection,
          this.attempts,
          () => this.order,
          notice,
          {
            changed: repaint,
            extend: () => void choosing.extend(),
            isSold: (seat) => /^(sold|bought)$/.test(this.parts.store.stateOf(seat)),
            paid: (seats) => this.#paid(seats),
            refused: (reply) => this.#refused(reply),
          },
        );
        repaint();
        return this.#payment;
      },
      () => (this.#loading = null),
    ));
  }

  /** @param {string[]} seats */
  #paid(seats) {
    this.basket.forget(seats);
    this.parts.store.sold(seats);
  }

  /** @param {string[]} seats @param {import("./tickets.js").Category} category */
  #category(seats, category) {
    for (const seat of seats) this.basket.choose(seat, category);
    this.parts.repaint();
  }

  /**
   * The text of a refused payment, after what the refusal says about quota, prices and seats was
   * taken up.
   * @param {import("./protocol.js").Reply} reply
   */
  async #refused(reply) {
    if (reply.reason === "cota_de_meia_esgotada") this.quota.correct(reply.halvesLeft);
    if (reply.reason === "preco_mudou") await this.#freshPrices();
    return this.parts.choosing.reasonText(reply);
  }

  async #freshPrices() {
    const { data } = await fetchSession(this.session.id);
    if (data) this.parts.repriced(data);
  }

  /** @param {boolean} ending */
  #ending(ending) {
    const { notice, choosing, repaint } = this.parts;
    repaint();
    if (!ending) return notice.over("last_minute");
    const more = { text: t("notice.more_time"), do: () => void choosing.extend() };
    notice.show("last_minute", t("notice.last_minute"), choosing.isLongest ? [] : [more]);
  }
}
