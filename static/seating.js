// @ts-check
/**
 * The rules of the house about where one may sit, with offers to mend, before the payment begins. Booking has the same
 * (booking/seating.py).
 */
import { lonelySeats } from "./lonely-seats.js";
import { stretches } from "./room.js";

/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {{take: string[], release: string[]}} Offer */
/** @typedef {{kind: "lonely"|"companion", seats: string[], offers: Offer[]}} Problem */
/**
 * @typedef {object} Facts
 * @property {(seat: Seat) => boolean} isMine
 * @property {(seat: Seat) => boolean} isFree
 * @property {(seat: Seat) => boolean} hasBought
 * @property {(own: string, other: string) => boolean} wasThere taken when the own seat was chosen
 * @property {number} spare how many more seats the buyer may hold
 */

export class Seating {
  /** Own seat to those of its row that were taken before. @type {Map<string, Set<string>>} */
  #there = new Map();

  /**
   * @param {import("./room.js").Room} room @param {number} limit seats a buyer
   * @param {(seat: string) => import("./store.js").SeatState} stateOf
   * @param {(seat: string) => boolean} isOnMap
   */
  constructor(room, limit, stateOf, isOnMap) {
    this.room = room;
    this.limit = limit;
    this.stateOf = stateOf;
    this.isOnMap = isOnMap;
  }

  /** Called whenever the seats change, it remembers who was there first. @param {Seat[]} mine @returns {Problem[]} */
  problems(mine) {
    this.#remember(mine);
    const rows = [...new Set(mine.map(({ line }) => this.room.rows[line].seats))];
    const facts = {
      isMine: (/** @type {Seat} */ seat) => mine.includes(seat),
      isFree: (/** @type {Seat} */ { name }) => this.stateOf(name) === "free",
      hasBought: (/** @type {Seat} */ { name }) => this.stateOf(name) === "bought",
      wasThere: (/** @type {string} */ own, /** @type {string} */ other) => this.#there.get(own)?.has(other) ?? true,
      spare: this.limit - mine.length,
    };
    return [...lostCompanions(rows, facts), ...lonelySeats(rows, facts)];
  }

  /** The map may be slower than a reply: with the own hold it shows everybody who was there before. @param {Seat[]} mine */
  #remember(mine) {
    const held = new Set(mine.map(({ name }) => name));
    for (const name of this.#there.keys()) if (!held.has(name)) this.#there.delete(name);
    const fresh = mine.filter(({ name }) => !this.#there.has(name) && this.isOnMap(name));
    for (const seat of fresh) this.#there.set(seat.name, this.#takenInRow(seat));
  }

  /** @param {Seat} seat */
  #takenInRow({ line }) {
    const names = this.room.rows[line].seats.map(({ name }) => name);
    return new Set(names.filter((name) => /^(held|sold|bought)$/.test(this.stateOf(name))));
  }
}

/** Companion seats are sold only with a wheelchair space beside them (Decreto 9.404/2018). @param {Seat[][]} rows @param {Facts} facts @returns {Problem[]} */
function lostCompanions(rows, facts) {
  const places = rows.flatMap((row) => stretches(row, ({ kind }) => kind === "cadeirante" || kind === "acompanhante"));
  return places.flatMap((place) => problemAt(place, facts));
}

/** @param {Seat[]} place wheelchair spaces and companion seats side by side @param {Facts} facts */
function problemAt(place, { isMine, isFree, hasBought, spare }) {
  const seats = place.filter((seat) => seat.kind === "acompanhante" && isMine(seat));
  const spaces = place.filter(({ kind }) => kind === "cadeirante");
  if (!seats.length || spaces.some((space) => isMine(space) || hasBought(space))) return [];
  const names = seats.map(({ name }) => name);
  const nearest = spaces.filter(isFree).sort((a, b) => Math.abs(a.column - seats[0].column) - Math.abs(b.column - seats[0].column))[0];
  const also = nearest && spare ? [{ take: [nearest.name], release: [] }] : [];
  return [{ kind: /** @type {const} */ ("companion"), seats: names, offers: [...also, { take: [], release: names }] }];
}
