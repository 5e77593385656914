// @ts-check
/**
 * One payment from the click to a known answer. After a lost answer the request is repeated with
 * the same key until the answer is known: a timeout means unknown, never failed.
 */
import { make } from "./dom.js";
import { addTexts, tag } from "./language.js";
import { keepKey } from "./order-access.js";
import { PaymentDialog } from "./payment-dialog.js";
import { confirmPayment, releaseSeats } from "./protocol.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./payment-attempt.js").Attempt} Attempt */
/** @typedef {import("./protocol.js").Reply} Reply */

await Promise.all([addTexts("payment"), addLooks()]);

const ANSWER_MS = 10000;
const ASK_AGAIN_MS = 1500;
const UNKNOWN = new Set(["sem_resposta", "resposta_desconhecida"]);
/** Refusals without a look at the payment: they say nothing about an earlier try. */
const NOT_TRIED = new Set(["excesso_de_mensagens", "indisponivel"]);

/** Loads the stylesheet, of the same revision as this module. The form works without it. */
function addLooks() {
  const sheet = make("link", {
    rel: "stylesheet",
    href: new URL("payment.css", import.meta.url).pathname,
  });
  document.head.append(sheet);
  return new Promise((resolve) => (sheet.onload = sheet.onerror = resolve));
}

export class Payment {
  /** Whether a request is being repeated. */
  checking = false;
  #sending = false;

  /**
   * @param {ParentNode} root
   * @param {import("./connection.js").Connection} connection
   * @param {import("./payment-attempt.js").PaymentAttempts} attempts
   * @param {() => import("./checkout.js").Order} order the current order
   * @param {import("./notice.js").Notice} notice
   * @param {{changed: () => void, extend: () => void, isSold: (seat: string) => boolean, paid:
   *   (seats: string[]) => void, refused: (reply: Reply) => Promise<string>}} on `refused` returns
   *   the text of a refusal
   */
  constructor(root, connection, attempts, order, notice, on) {
    this.connection = connection;
    this.attempts = attempts;
    this.order = order;
    this.on = on;
    this.dialog = new PaymentDialog(
      root,
      { submit: (payment) => this.#submitted(payment), extend: on.extend },
      notice,
    );
  }

  open() {
    if (!this.#sending) this.dialog.open(this.order());
  }

  /** The held seats have changed. */
  async update() {
    const gone = this.dialog.isOpen ? this.dialog.changed(this.order()) : [];
    if (!gone.length || !gone.every(this.on.isSold)) return;
    // A request to release them is refused with the order if another tab has bought them.
    const reply = await this.connection.request(releaseSeats(gone));
    if (reply.reason === "ja_comprado" && this.dialog.state === "expired")
      this.#paidBefore(reply, await this.on.refused(reply));
  }

  /** Goes on with a payment whose answer was not known when the page was left. */
  resume() {
    const attempt = this.attempts.open;
    if (!attempt || this.#sending) return;
    this.#setChecking(true);
    this.#send(attempt);
  }

  /** @param {import("./validation.js").Payment} payment */
  #submitted(payment) {
    const { tickets, total, session, troubles } = this.order();
    if (troubles.length) return this.dialog.insist();
    this.#send(
      this.attempts.begin({
        seats: tickets.map(({ seat }) => seat.name),
        categories: Object.fromEntries(tickets.map(({ seat, category }) => [seat.name, category])),
        total,
        language: tag,
        edition: session.edicao,
        payment,
      }),
    );
  }

  /** @param {Attempt} attempt */
  async #send(attempt) {
    this.#sending = true;
    if (!this.checking) this.dialog.sending();
    const reply = await this.#answerTo(attempt);
    this.attempts.settle();
    if (reply.ok) this.#paid(attempt, reply);
    else this.#refused(attempt, reply, await this.#reason(reply));
    this.#sending = false;
    this.#setChecking(false);
  }

  /** @param {Attempt} attempt @returns {Promise<Reply>} */
  async #answerTo(attempt) {
    for (;;) {
      const reply = await this.connection.request(confirmPayment(attempt), ANSWER_MS);
      if (!UNKNOWN.has(reply.reason) && !(this.checking && NOT_TRIED.has(reply.reason)))
        return reply;
      this.#setChecking(true);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /**
   * What was refused unread after an unknown answer may have been sold before.
   * @param {Reply} reply
   */
  async #reason(reply) {
    const unread = this.checking && reply.reason === "dados_invalidos";
    return unread ? t("payment.unsure") : this.on.refused(reply);
  }

  /** @param {Attempt} attempt @param {Reply} reply @param {string} text */
  #refused({ seats }, reply, text) {
    if (reply.reason === "ja_comprado" && reply.lost.length === seats.length)
      this.#paidBefore(reply, text);
    else this.dialog.refused(text, reply.fields, this.order());
  }

  /**
   * All of it, in another tab or by a request of before.
   * @param {Reply} reply
   * @param {string} text
   */
  #paidBefore({ lost, link }, text) {
    this.on.paid(lost);
    this.dialog.done(link, text);
  }

  /** @param {Attempt} attempt @param {Reply} reply */
  #paid({ seats, payment }, reply) {
    const bought = reply.seats.length ? reply.seats : seats;
    const values = { n: bought.length, seats: enumerate(bought), email: payment.email };
    this.on.paid(bought);
    if (reply.manage) keepKey(reply.order, reply.manage);
    this.dialog.done(reply.link || reply.order, t("payment.done_text", values));
  }

  /** @param {boolean} checking */
  #setChecking(checking) {
    this.checking = checking;
    if (checking) this.dialog.checking();
    this.on.changed();
  }
}
