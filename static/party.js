// @ts-check
/**
 * Choosing seats for a party. A party sits side by side and never holds more seats than it has
 * people: a repeated request moves it. Every request names its seats, so after a lost answer the
 * map shows the result, and a repetition takes no more.
 */
import { BestSeats } from "./best-seats.js";
import { shortMoney } from "./format.js";
import { groupAround, isOrdinary, namesOf, priceOf } from "./groups.js";
import { addTexts } from "./language.js";
import { seatOf } from "./seat-map.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./room.js").Seat} Seat */

const OFFERED = 2;

await addTexts("party");

export class Party {
  /** People; 0: seats are chosen one at a time. */
  size = 0;
  #busy = false;
  #pointedAt = "";
  /** Seats that the current notice offers. @type {string[]} */
  #offered = [];
  /** Seats that the map must bring into view. @type {string[]} */
  #reveal = [];

  /**
   * @param {import("./session-view.js").SessionView} view
   * @param {HTMLSelectElement} select shows the size
   */
  constructor(view, select) {
    this.room = view.room;
    this.store = view.store;
    this.choosing = view.choosing;
    this.notice = view.notice;
    this.map = view.map;
    this.zoom = view.zoom;
    this.limit = view.session.limite_assentos;
    this.select = select;
    this.bestSeats = new BestSeats(this);
    const { grid } = this.map;
    for (const kind of ["pointerover", "focusin"])
      grid.addEventListener(kind, (event) => this.point(seatOf(event)));
    grid.addEventListener(
      "pointerleave",
      ({ pointerType }) => pointerType === "mouse" && this.point(""),
    );
  }

  /** @param {number} size */
  choose(size) {
    this.size = size;
    this.select.value = String(size || "");
    this.bestSeats.forget();
    this.offer([]);
    if (size > 1) this.notice.show("party", t("party.how", { n: size }));
    else this.notice.over("party");
  }

  /** Takes the best seats; repeated, exchanges them for the next best. */
  best() {
    return this.size ? this.bestSeats.next() : this.#askSize();
  }

  /** A click on a seat takes a group around it. @param {string} name */
  async tap(name) {
    const found = this.#around(name);
    if (!found) return this.choosing.tap(name, this.#wish.size, this.#wish.old);
    const { group, size, old } = found;
    if (!group) return this.#noRoom(name, size, old);
    const take = namesOf(group).filter((seat) => !this.store.mine.includes(seat));
    await this.alone(async () => (await this.choosing.exchange(take, old)) && this.granted(group));
  }

  /** Previews what a click on a seat would take. @param {string} name empty: on none */
  point(name) {
    this.#pointedAt = name;
    this.refresh();
  }

  /** Marks offered seats on the map. @param {Seat[]} seats */
  offer(seats) {
    this.#offered = namesOf(seats);
    this.point("");
  }

  /**
   * Brings seats into view after the next paint: on a phone the order's sheet grows with the first
   * seat.
   * @param {Seat[]} seats
   */
  reveal(seats) {
    this.#reveal = namesOf(seats);
    this.choosing.repaint([]);
  }

  /** The map has changed: others may have taken a previewed seat. */
  refresh() {
    this.zoom.show(this.#reveal.splice(0), this.notice.root);
    const group = this.size > 1 ? this.#around(this.#pointedAt)?.group : null;
    this.map.mark("preview", group ? namesOf(group) : this.notice.root.hidden ? [] : this.#offered);
  }

  /**
   * Names the party's new seats.
   * @param {Seat[]} group
   * @param {{isDear?: boolean, offers?: import("./notice.js").NoticeAction[]}} [more] `isDear`:
   *   there are cheaper groups, so the notice names the kind
   */
  granted(group, { isDear = false, offers = [] } = {}) {
    this.offer([]);
    const kinds = group.map(({ kind }) =>
      t(/** @type {import("./text.js").TextKey} */ (`kind.${kind}`)),
    );
    this.notice.show(
      "taken",
      t(isDear ? "party.taken_kind" : "party.taken", {
        ...this.valuesOf(group),
        kind: enumerate(new Set(kinds)),
      }),
      offers,
    );
  }

  /**
   * Runs one request at a time: on a slow connection a second press does not move the party twice.
   * @param {() => Promise<unknown>} work
   */
  async alone(work) {
    if (this.#busy) return;
    this.#busy = true;
    await work().finally(() => (this.#busy = false));
  }

  /** @param {Seat} seat */
  isFree = ({ name }) => this.store.stateOf(name) === "free" && !this.store.isAsked(name);
  /** Free, or held by the party, which would release it. @param {Seat} seat */
  isOurs = (seat) => this.isFree(seat) || this.store.stateOf(seat.name) === "mine";

  /**
   * The group that a click there would take; null: the click means that single seat.
   * @param {string} name
   */
  #around(name) {
    const seat = this.room.seats.get(name);
    if (!this.size || !seat || !isOrdinary(seat) || !this.isFree(seat)) return null;
    const { size, old } = this.#wish;
    const group = groupAround(this.room, old.length ? this.isOurs : this.isFree, seat, size);
    return { group, size, old: old.filter((own) => !group?.some((other) => other.name === own)) };
  }

  /**
   * How many seats the next click takes, and in exchange for which. An incomplete party adds the
   * missing seats to those that it holds.
   */
  get #wish() {
    const { mine } = this.store;
    const isJoining = mine.length > 0 && mine.length < this.size;
    return isJoining
      ? { size: this.size - mine.length, old: [] }
      : { size: this.size || 1, old: this.size ? mine : [] };
  }

  /** @param {string} name @param {number} size @param {string[]} old */
  #noRoom(name, size, old) {
    const isFree = (/** @type {string} */ seat) => this.store.stateOf(seat) === "free";
    const offers = this.room.nearest([name], isFree, OFFERED, size).map((group) => ({
      text: t("notice.take", { seat: enumerate(group) }),
      do: () => void this.choosing.exchange(group, old),
    }));
    this.notice.show("sem_lugares_juntos", t("party.no_room", { n: size }), offers);
  }

  /** Values for sentences about a group. @param {Seat[]} group */
  valuesOf(group) {
    return { seats: enumerate(namesOf(group)), total: shortMoney(priceOf(group)) };
  }

  #askSize() {
    const sizes = Array.from({ length: this.limit }, (_, i) => i + 1);
    this.notice.show(
      "how_many",
      t("map.how_many"),
      sizes.map((size) => ({ text: String(size), do: () => this.#bestOf(size) })),
    );
    this.notice.actions.querySelector("button")?.focus();
  }

  /** @param {number} size */
  #bestOf(size) {
    this.choose(size);
    void this.best();
  }
}
