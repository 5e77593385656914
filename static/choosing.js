// @ts-check
/**
 * Holds and releases seats. The map shows the wish at once, and on a refusal falls back with its
 * reason and offers.
 */
import { namedHour } from "./format.js";
import { isPortuguese } from "./language.js";
import { ticketsOf } from "./notice.js";
import { extendHolds, holdSeats, releaseSeats } from "./protocol.js";
import { enumerate, hasText, t } from "./text.js";

/** @typedef {import("./protocol.js").Reply} Reply */
const OFFERED = 2;
/** After a hold ends, its last buyer must wait some seconds (the cool-down). */
const TRY_AGAIN_MS = 1000;
const MOST_TRIES = 8;

export class Choosing {
  /** Own seats whose hold has reached the ceiling. @type {Set<string>} */
  #longest = new Set();
  /** Seats that were clicked again during their release. @type {Set<string>} */
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
   * A click on a seat. If it is taken, offers groups of `size` nearby, in exchange for `old`.
   * @param {string} seat
   * @param {number} [size]
   * @param {string[]} [old]
   */
  tap(seat, size = 1, old = []) {
    const state = this.store.stateOf(seat);
    if (this.store.isAsked(seat)) {
      // During its release it looks free, so a click means a hold, which must wait for the release.
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
   * Exchanges old seats for new ones, all or nothing.
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
   * An exchange whose caller handles the refusal.
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

  /** Extends all own holds, up to the ceiling. */
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

  /** Whether the holds cannot be extended any more. */
  get isLongest() {
    return this.store.mine.some((seat) => this.#longest.has(seat));
  }

  /**
   * Own holds ended: names the seats, and offers those that are still free.
   * @param {string[]} seats
   */
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
   * Seats were lost to somebody else: offers as many side by side, in exchange for the old ones.
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

  /** The text of a refusal. @param {Reply} reply */
  reasonText(reply) {
    if (reply.reason === "sem_resposta") return t("notice.no_answer");
    const key = `reason.${reply.reason}`;
    if (hasText(key))
      return t(key, { n: reply.lost.length || this.limit, seats: enumerate(reply.lost) });
    return (isPortuguese && reply.message) || t("reason.outro");
  }

  /** Adds the other halves of sofas, which are not divided. @param {string[]} seats */
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
    // The result is unknown: the gateway's next snapshot decides.
    if (reply.reason === "sem_resposta") this.connection.check();
    this.repaint(seats);
    return reply;
  }

  /**
   * Shows the reason of a refusal.
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

  /** Retries on the reader's behalf during the cool-down. @param {string[]} seats */
  async #takeAgain(seats) {
    for (let tries = 1; this.#isLive(); tries++) {
      const reply = await this.#asking(seats, []);
      if (reply.ok) return this.notice.hide();
      if (reply.reason !== "aguarde" || tries === MOST_TRIES) return this.refused(reply, seats);
      this.notice.show("aguarde", t("notice.waiting"));
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }

  /** Checks the limit before the gateway does. @param {number} more */
  #fits(more) {
    const fits = this.store.mine.length + more <= this.limit;
    if (!fits)
      this.notice.show("limite_de_assentos", t("reason.limite_de_assentos", { n: this.limit }));
    return fits;
  }

  /**
   * Offers of nearby seats: groups of `size`, or single seats if there is no such group; a sofa
   * once.
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
