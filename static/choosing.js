// @ts-check
/**
 * Holding and releasing seats: the map answers at once, and falls back with the reason and what can
 * be done.
 */
import { namedHour } from "./format.js";
import { isPortuguese } from "./language.js";
import { ticketsOf } from "./notice.js";
import { extendHolds, holdSeats, releaseSeats } from "./protocol.js";
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

  /**
   * A click on a seat; where it is taken, so many side by side are offered instead of the old ones.
   * @param {string} seat
   * @param {number} [size]
   * @param {string[]} [old]
   */
  tap(seat, size = 1, old = []) {
    const state = this.store.stateOf(seat);
    if (this.store.isAsked(seat)) {
      // It shows as free, so a click means that; it has to be given back first.
      if (state === "free") this.#wantedAgain.add(seat);
    } else if (state === "mine") this.release([seat]);
    else if (state === "free") this.hold([seat]);
    else if (state === "unknown") this.#isLive();
    else
      this.notice.show(
        state,
        t(state === "sold" ? "notice.sold" : "notice.held", { seat }),
        this.#nearby([seat], old, size),
      );
  }

  /** All or nothing. @param {string[]} wish @returns {Promise<boolean>} whether they are ours */
  hold = (wish) => this.exchange(wish, []);

  /**
   * The new seats for the old ones, all of it or nothing.
   * @param {string[]} wish
   * @param {string[]} old
   * @returns {Promise<boolean>} whether the new ones are ours
   */
  async exchange(wish, old) {
    if (!wish.length) return this.release(old);
    const reply = await this.ask(wish, old);
    if (reply && !reply.ok) this.refused(reply, this.#whole(wish), old);
    return reply?.ok ?? false;
  }

  /**
   * An exchange whose refusal is left to the caller.
   * @param {string[]} wish
   * @param {string[]} old
   * @returns {Promise<Reply|null>} null: it was not asked for, and that was said
   */
  async ask(wish, old) {
    const take = this.#whole(wish);
    const release = this.#ownWhole(old).filter((seat) => !take.includes(seat));
    const more = take.filter((seat) => !this.store.mine.includes(seat)).length - release.length;
    if (!this.#isLive() || !this.#fits(more)) return null;
    const reply = await this.#asking(take, release);
    for (const seat of release) this.#wantedAgain.delete(seat);
    return reply;
  }

  /** @param {string[]} wish @returns {Promise<boolean>} whether they were given back */
  async release(wish) {
    if (!this.#isLive()) return false;
    const seats = this.#ownWhole(wish),
      reply = await this.#asking([], seats);
    const again = seats.filter((seat) => this.#wantedAgain.delete(seat));
    if (!reply.ok) this.refused(reply, seats);
    else if (again.length) void this.hold(again);
    return reply.ok;
  }

  /** More time for everything that is held, up to the ceiling. */
  async extend() {
    if (!this.#isLive()) return;
    const reply = await this.connection.request(extendHolds());
    this.#longest = new Set(reply.reason === "limite_de_tempo" ? this.store.mine : []);
    if (!reply.ok) return this.refused(reply, []);
    if (reply.msLeft) this.store.granted(this.store.mine, reply.msLeft);
    this.repaint([]);
    this.notice.show(
      "extended",
      t("notice.extended", { time: namedHour(new Date(Date.now() + (this.store.msLeft ?? 0))) }),
    );
  }

  /** Whether there is no more time to be had for what is held. */
  get isLongest() {
    return this.store.mine.some((seat) => this.#longest.has(seat));
  }

  /** Own holds ended: says which, and offers those that are still free. @param {string[]} seats */
  expired(seats) {
    const free = seats.filter((seat) => this.store.stateOf(seat) === "free");
    const words = [t("notice.expired", { seats: enumerate(seats) })];
    const key = free.length === seats.length ? "notice.all_free" : "notice.still_free";
    if (free.length) words.push(t(key, { n: free.length, free: enumerate(free) }));
    this.notice.show(
      "expired",
      words.join(" "),
      free.length ? [this.#again(free)] : this.#nearby(seats),
    );
  }

  /**
   * Seats went to somebody else: offers as many side by side, in place of the old ones.
   * @param {string[]} seats
   * @param {string[]} [wish] all that were asked for
   * @param {string[]} [old]
   */
  lost(seats, wish = seats, old = []) {
    const offers = this.#nearby(wish, old);
    const words = [t("notice.lost", { n: seats.length, seats: enumerate(seats) })];
    if (offers.length) words.push(t("notice.nearest", { n: offers.length }));
    this.notice.show("assento_indisponivel", words.join(" "), offers);
  }

  /** The reader's words for a refusal. @param {Reply} reply */
  reasonText(reply) {
    if (reply.reason === "sem_resposta") return t("notice.no_answer");
    const key = `reason.${reply.reason}`;
    if (hasText(key))
      return t(key, { n: reply.lost.length || this.limit, seats: enumerate(reply.lost) });
    return (isPortuguese && reply.message) || t("reason.outro");
  }

  /** Sofas are not divided. @param {string[]} seats */
  #whole(seats) {
    return [...new Set(seats.flatMap((seat) => [seat, this.room.otherHalves.get(seat) ?? seat]))];
  }

  /** @param {string[]} wish own seats, with the other halves of their sofas */
  #ownWhole(wish) {
    return this.#whole(wish).filter(
      (seat) => wish.includes(seat) || this.store.stateOf(seat) === "mine",
    );
  }

  /** @param {string[]} take @param {string[]} release */
  async #asking(take, release) {
    const seats = [...take, ...release];
    this.store.ask(take, "hold");
    this.store.ask(release, "release");
    this.repaint(seats);
    const reply = await this.connection.request(
      take.length ? holdSeats(take, release) : releaseSeats(release),
    );
    this.store.answered(seats);
    if (reply.ok) {
      for (const seat of take) this.#longest.delete(seat);
      this.store.granted(take, reply.msLeft);
      this.store.released(release);
    }
    // Whether it was carried out is not known: the gateway's snapshot says what holds.
    if (reply.reason === "sem_resposta") this.connection.check();
    this.repaint(seats);
    return reply;
  }

  /**
   * Says why.
   * @param {Reply} reply
   * @param {string[]} seats
   * @param {string[]} [old] seats that were to be given back for them
   */
  refused(reply, seats, old) {
    if (reply.reason === "assento_indisponivel")
      return this.lost(reply.lost.length ? reply.lost : seats, seats, old);
    const offers =
      reply.reason === "aguarde" ? [this.#again(seats)] : reply.link ? [ticketsOf(reply.link)] : [];
    this.notice.show(reply.reason, this.reasonText(reply), offers);
  }

  /** @param {string[]} seats */
  #again(seats) {
    return { text: t("notice.take_again"), do: () => void this.#takeAgain(this.#whole(seats)) };
  }

  /** Waits for the reader while the seats cool down. @param {string[]} seats */
  async #takeAgain(seats) {
    for (let tries = 1; this.#isLive(); tries++) {
      const reply = await this.#asking(seats, []);
      if (reply.ok) return this.notice.hide();
      if (reply.reason !== "aguarde" || tries === MOST_TRIES) return this.refused(reply, seats);
      this.notice.show("aguarde", t("notice.waiting"));
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }

  /** Says the limit before the gateway does. @param {number} more */
  #fits(more) {
    const fits = this.store.mine.length + more <= this.limit;
    if (!fits)
      this.notice.show("limite_de_assentos", t("reason.limite_de_assentos", { n: this.limit }));
    return fits;
  }

  /**
   * A sofa is offered once. Where there are not so many side by side, single seats are better than
   * nothing.
   * @param {string[]} seats
   * @param {string[]} [old]
   * @param {number} [size]
   */
  #nearby(seats, old = [], size = seats.length) {
    const isFree = (/** @type {string} */ name) => this.store.stateOf(name) === "free";
    const isOffered = (/** @type {string} */ name) =>
      this.#whole([name]).every((seat) => seat >= name && isFree(seat) && !seats.includes(seat));
    const groups = size > 1 ? this.room.nearest(seats, isFree, OFFERED, size) : [];
    const offers = groups.length ? groups : this.room.nearest(seats, isOffered, OFFERED, 1);
    return offers.map((group) => ({
      text: t("notice.take", { seat: enumerate(this.#whole(group)) }),
      do: () => void this.exchange(group, old),
    }));
  }

  #isLive() {
    const live = this.connection.state === "live";
    if (!live) this.notice.show("not_live", t("notice.not_live"));
    return live;
  }
}
