// @ts-check
/** Holding and releasing seats: the map answers at once, and falls back with the reason and what can be done. */
import { hour, roughly } from "./format.js";
import { isPortuguese } from "./language.js";
import { ticketsOf } from "./notice.js";
import { extendHolds, holdBest, holdSeats, releaseSeats } from "./protocol.js";
import { enumerate, hasText, t } from "./text.js";

/** @typedef {import("./protocol.js").Reply} Reply */

const OFFERED = 2;
/** For some seconds the last buyer may not have a seat whose hold ended. */
const TRY_AGAIN_MS = 1000;
const MOST_TRIES = 8;

export class Choosing {
  /** Own seats that cannot be kept any longer than they are. @type {Set<string>} */
  #longest = new Set();
  /** Seats that were clicked again while they were given back. @type {Set<string>} */
  #wantedAgain = new Set();

  /**
   * @param {import("./store.js").SeatStore} store
   * @param {import("./connection.js").Connection} connection
   * @param {import("./room.js").Room} room
   * @param {import("./notice.js").Notice} notice
   * @param {(seats: Iterable<string>) => void} repaint
   * @param {number} limit seats a buyer
   */
  constructor(store, connection, room, notice, repaint, limit) {
    this.store = store;
    this.connection = connection;
    this.room = room;
    this.notice = notice;
    this.repaint = repaint;
    this.limit = limit;
  }

  /** A click on a seat. @param {string} seat */
  toggle(seat) {
    const state = this.store.stateOf(seat);
    if (this.store.isAsked(seat)) {
      // It shows as free, so a click means that; it has to be given back first.
      if (state === "livre") this.#wantedAgain.add(seat);
    } else if (state === "seu") this.release([seat]);
    else if (state === "livre") this.hold([seat]);
    else if (state === "unknown") this.#isLive();
    else if (state === "ocupado") this.notice.show("ocupado", t("aviso.ocupado", { assento: seat }), this.#nearby([seat]));
    else this.notice.show("bloqueado", t("aviso.bloqueado", { assento: seat }), this.#nearby([seat]));
  }

  /** All or nothing. @param {string[]} wish @returns {Promise<boolean>} whether they are ours */
  async hold(wish) {
    const seats = this.#whole(wish);
    if (!this.#isLive() || !this.#fits(seats.length)) return false;
    const reply = await this.#asking(seats, "hold");
    if (!reply.ok) this.#refused(reply, seats);
    return reply.ok;
  }

  /** @param {string[]} wish @returns {Promise<boolean>} whether they were given back */
  async release(wish) {
    if (!this.#isLive()) return false;
    const seats = this.#whole(wish).filter((seat) => wish.includes(seat) || this.store.stateOf(seat) === "seu");
    const reply = await this.#asking(seats, "release");
    const again = seats.filter((seat) => this.#wantedAgain.delete(seat));
    if (!reply.ok) this.#refused(reply, seats);
    else if (again.length) void this.hold(again);
    return reply.ok;
  }

  /** The new seats first, where the limit allows: a lost race costs nothing then. @param {string[]} take @param {string[]} release */
  async exchange(take, release) {
    const first = this.store.mine.length + take.length <= this.limit;
    if (!take.length) await this.release(release);
    else if (first) await this.hold(take) && release.length && await this.release(release);
    else if (await this.release(release) && !await this.hold(take)) await this.hold(release);
  }

  /** @param {number} count */
  async best(count) {
    if (!this.#isLive() || !this.#fits(count)) return;
    const reply = await this.connection.request(holdBest(count));
    if (!reply.ok) return this.#refused(reply, [], count);
    this.#granted(reply.seats, reply.msLeft);
    this.repaint(reply.seats);
    this.notice.show("reservou", t("aviso.reservou", { n: reply.seats.length, assentos: enumerate(reply.seats), tempo: roughly(reply.msLeft) }));
  }

  /** More time for everything that is held, up to the ceiling. */
  async extend() {
    if (!this.#isLive()) return;
    const reply = await this.connection.request(extendHolds());
    this.#longest = new Set(reply.reason === "limite_de_tempo" ? this.store.mine : []);
    if (!reply.ok) return this.#refused(reply, []);
    if (reply.msLeft) this.store.granted(this.store.mine, reply.msLeft);
    this.repaint([]);
    const end = new Date(Date.now() + (this.store.msLeft ?? 0));
    this.notice.show("estendida", t("aviso.estendida", { hora: hour(end) }));
  }

  /** Whether there is no more time to be had for what is held. */
  get isLongest() {
    return this.store.mine.some((seat) => this.#longest.has(seat));
  }

  /** Own holds ended: says which, and offers those that are still free. @param {string[]} seats */
  expired(seats) {
    const free = seats.filter((seat) => this.store.stateOf(seat) === "livre");
    const words = [t("aviso.acabou", { assentos: enumerate(seats) })];
    const key = free.length === seats.length ? "notice.all_free" : "aviso.ainda_livre";
    if (free.length) words.push(t(key, { n: free.length, livres: enumerate(free) }));
    this.notice.show("acabou", words.join(" "), free.length ? [this.#again(free)] : this.#nearby(seats));
  }

  /** Seats went to somebody else. @param {string[]} seats */
  lost(seats) {
    const offers = this.#nearby(seats);
    const words = [t("aviso.perdeu", { n: seats.length, assentos: enumerate(seats) })];
    if (offers.length) words.push(t("aviso.perto", { n: offers.length }));
    this.notice.show("assento_indisponivel", words.join(" "), offers);
  }

  /** The reader's words for a refusal. @param {Reply} reply @param {number} [count] */
  reasonText(reply, count = this.limit) {
    if (reply.reason === "sem_resposta") return t("aviso.sem_resposta");
    const key = `motivo.${reply.reason}`;
    if (hasText(key)) return t(key, { n: reply.lost.length || count, assentos: enumerate(reply.lost) });
    return (isPortuguese && reply.message) || t("motivo.outro");
  }

  /** Sofas are not divided. @param {string[]} seats */
  #whole(seats) {
    return [...new Set(seats.flatMap((seat) => [seat, this.room.otherHalves.get(seat) ?? seat]))];
  }

  /** @param {string[]} seats @param {"hold"|"release"} wish */
  async #asking(seats, wish) {
    this.store.ask(seats, wish);
    this.repaint(seats);
    const reply = await this.connection.request(wish === "hold" ? holdSeats(seats) : releaseSeats(seats));
    this.store.answered(seats);
    if (reply.ok && wish === "hold") this.#granted(reply.seats.length ? reply.seats : seats, reply.msLeft);
    if (reply.ok && wish === "release") this.store.released(seats);
    // Whether it was carried out is not known: the gateway's snapshot says what holds.
    if (reply.reason === "sem_resposta") this.connection.check();
    this.repaint(seats);
    return reply;
  }

  /** @param {string[]} seats @param {number} ms */
  #granted(seats, ms) {
    for (const seat of seats) this.#longest.delete(seat);
    this.store.granted(seats, ms);
  }

  /** @param {Reply} reply @param {string[]} seats @param {number} [count] */
  #refused(reply, seats, count) {
    if (reply.reason === "assento_indisponivel") return this.lost(reply.lost.length ? reply.lost : seats);
    const offers = reply.reason === "aguarde" ? [this.#again(seats)] : reply.link ? [ticketsOf(reply.link)] : [];
    this.notice.show(reply.reason, this.reasonText(reply, count), offers);
  }

  /** @param {string[]} seats */
  #again(seats) {
    return { text: t("aviso.pegar_de_novo"), do: () => void this.#takeAgain(this.#whole(seats)) };
  }

  /** Waits for the reader while the seats cool down. @param {string[]} seats */
  async #takeAgain(seats) {
    for (let tries = 1; this.#isLive(); tries++) {
      const reply = await this.#asking(seats, "hold");
      if (reply.ok) return this.notice.hide();
      if (reply.reason !== "aguarde" || tries === MOST_TRIES) return this.#refused(reply, seats);
      this.notice.show("aguarde", t("aviso.aguardando"));
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }

  /** Says the limit before the gateway does. @param {number} more */
  #fits(more) {
    const fits = this.store.mine.length + more <= this.limit;
    if (!fits) this.notice.show("limite_de_assentos", t("motivo.limite_de_assentos", { n: this.limit }));
    return fits;
  }

  /** A sofa is offered once. @param {string[]} seats */
  #nearby(seats) {
    const isFree = (/** @type {string} */ name) => this.#whole([name])
      .every((seat) => seat >= name && this.store.stateOf(seat) === "livre" && !seats.includes(seat));
    return this.room.nearest(seats[0], isFree, OFFERED)
      .map((seat) => ({ text: t("aviso.pegar", { assento: enumerate(this.#whole([seat])) }), do: () => void this.hold([seat]) }));
  }

  #isLive() {
    const live = this.connection.state === "ao_vivo";
    if (!live) this.notice.show("desligado", t("aviso.desligado"));
    return live;
  }
}
