// @ts-check
/**
 * The best seats for a party, the next best and cheaper ones, and several smaller groups where no
 * row has room for all.
 */
import { bestGroups, divided, namesOf, priceOf } from "./groups.js";
import { t } from "./text.js";

/** @typedef {import("./room.js").Seat} Seat */

/** After a lost race one of the next few groups is tried at random, so that a crowd spreads out. */
const MOST_TRIES = 6;
const SPREAD = 4;

export class BestSeats {
  /** The seats of the groups that were offered already. @type {Set<string>} */
  #shown = new Set();
  /**
   * The seats held after the last answer. A repeated request with the same seats means the next
   * best.
   */
  #after = "";

  /** @param {import("./party.js").Party} party */
  constructor(party) {
    this.party = party;
  }

  /** Starts again with the best. */
  forget() {
    this.#shown.clear();
  }

  /** Takes the best group, or the next best instead of the last one. */
  async next() {
    const { store, size } = this.party;
    if (String(store.mine) !== this.#after) this.forget();
    const fresh = () =>
      this.#groups().filter((group) => !group.some(({ name }) => this.#shown.has(name)));
    if (!fresh().length) this.forget();
    if (this.#groups().length) await this.#takeOneOf(fresh);
    else if (store.mine.length === size)
      this.party.granted(store.mine.flatMap((name) => this.party.room.seats.get(name) ?? []));
    else this.#offerParts();
  }

  /** The groups that could replace the held one, best first. */
  #groups() {
    const { room, store, size, isOurs } = this.party;
    const mine = String(store.mine);
    return bestGroups(room, isOurs, size).filter((group) => String(namesOf(group)) !== mine);
  }

  /** @param {() => Seat[][]} choices best first */
  async #takeOneOf(choices) {
    await this.party.alone(async () => {
      const { mine } = this.party.store;
      /** @type {Set<string>} */
      const lost = new Set();
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const few = choices()
          .filter((group) => !group.some(({ name }) => lost.has(name)))
          .slice(0, 1 + tries * SPREAD);
        const group = few[Math.floor(Math.random() * few.length)];
        if (!group || !(await this.#isSnatched(group, mine, lost, tries + 1 === MOST_TRIES)))
          return;
      }
    });
  }

  /**
   * Requests a group; returns whether it was lost to somebody else, so that another is worth a try.
   * @param {Seat[]} group
   * @param {string[]} mine
   * @param {Set<string>} lost
   * @param {boolean} isLast
   */
  async #isSnatched(group, mine, lost, isLast) {
    const { choosing } = this.party;
    const names = namesOf(group);
    const old = mine.filter((seat) => !names.includes(seat));
    const reply = await choosing.ask(
      names.filter((seat) => !mine.includes(seat)),
      old,
    );
    if (!reply) return false;
    if (reply.ok) this.#taken(group);
    else if (reply.reason !== "assento_indisponivel" || isLast) choosing.refused(reply, names, old);
    for (const seat of reply.lost) lost.add(seat);
    return !reply.ok && reply.reason === "assento_indisponivel" && !isLast;
  }

  /** @param {Seat[]} group */
  #taken(group) {
    const { party } = this;
    for (const name of namesOf(group)) this.#shown.add(name);
    this.#after = String(party.store.mine);
    const total = priceOf(group);
    const cheaper = () => this.#groups().filter((other) => priceOf(other) < total);
    const isDear = cheaper().length > 0;
    const offers = [];
    if (isDear) offers.push({ text: t("party.cheaper"), do: () => void this.#takeOneOf(cheaper) });
    if (this.#groups().length) offers.push({ text: t("party.others"), do: () => void this.next() });
    party.granted(group, { isDear, offers });
    party.reveal(group);
  }

  #offerParts() {
    const { party } = this;
    const { room, size, notice } = party;
    const groups = divided(room, party.isOurs, size);
    if (!groups)
      return notice.show("sem_lugares_juntos", t("reason.sem_lugares_juntos", { n: size }));
    const all = groups.flat();
    const parts = groups.map(({ length }) => length).join(" + ");
    notice.show(
      "sem_lugares_juntos",
      t("party.split", { ...party.valuesOf(all), n: size, parts }),
      [{ text: t("party.take", { parts }), do: () => void this.#takeOneOf(() => [all]) }],
    );
    party.offer(all);
    party.reveal(all);
  }
}
