// @ts-check
/**
 * One payment from the click to a known answer. An answer that got lost is asked for again with
 * the same key until it is known: a timeout means unknown, never failed.
 */
import { PaymentDialog } from "./payment-dialog.js";
import { confirmPayment } from "./protocol.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./payment-attempt.js").Attempt} Attempt */
/** @typedef {import("./protocol.js").Reply} Reply */

const ANSWER_MS = 10000;
const ASK_AGAIN_MS = 1500;
const UNKNOWN = new Set(["sem_resposta", "resposta_desconhecida"]);

export class Payment {
  /** Whether an answer is being asked for again. */
  checking = false;
  #sending = false;

  /**
   * @param {ParentNode} root
   * @param {import("./connection.js").Connection} connection
   * @param {import("./payment-attempt.js").PaymentAttempts} attempts
   * @param {() => import("./payment-dialog.js").Basket} basket what is held now
   * @param {import("./notice.js").Notice} notice
   * @param {{changed: () => void, refused: (reply: Reply) => string}} on `refused` gives the reader's words
   */
  constructor(root, connection, attempts, basket, notice, on) {
    this.connection = connection;
    this.attempts = attempts;
    this.basket = basket;
    this.on = on;
    this.dialog = new PaymentDialog(root, (payment) => {
      this.#send(attempts.begin(basket().seats, payment));
    }, notice);
  }

  open() {
    if (!this.#sending) this.dialog.open(this.basket());
  }

  /** What is held changed. */
  update() {
    if (this.dialog.isOpen) this.dialog.changed(this.basket());
  }

  /** Goes on with a payment whose answer was not known when the page was left. */
  resume() {
    const attempt = this.attempts.open;
    if (!attempt || this.#sending) return;
    this.#check(true);
    this.#send(attempt);
  }

  /** @param {Attempt} attempt */
  async #send(attempt) {
    this.#sending = true;
    if (!this.checking) this.dialog.sending();
    const reply = await this.#answerTo(attempt);
    this.#sending = false;
    this.#check(false);
    this.attempts.settle();
    if (reply.ok) this.#paid(attempt, reply);
    else this.dialog.refused(this.on.refused(reply), reply.fields, this.basket());
    this.on.changed();
  }

  /** @param {Attempt} attempt @returns {Promise<Reply>} */
  async #answerTo({ seats, payment, key }) {
    for (;;) {
      const reply = await this.connection.request(confirmPayment(seats, payment, key), ANSWER_MS);
      if (!UNKNOWN.has(reply.reason)) return reply;
      this.#check(true);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /** @param {Attempt} attempt @param {Reply} reply */
  #paid({ seats, payment }, reply) {
    const bought = reply.seats.length ? reply.seats : seats;
    const values = { n: bought.length, assentos: enumerate(bought), email: payment.email };
    this.dialog.done(reply.order, t("pagar.pronto_texto", values));
  }

  /** @param {boolean} checking */
  #check(checking) {
    this.checking = checking;
    if (checking) this.dialog.checking();
    this.on.changed();
  }
}
