// @ts-check
/**
 * The seating rules, checked before the payment, with offers that resolve a violation. Booking has
 * the same rules (booking/seating.py).
 */
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

/** The kinds that the rule about single seats applies to. */
const ORDINARY = new Set(["comum", "premium"]);
/** Costs of an exchange: another kind, or a split group, costs more than any distance. */
const OTHER_KIND = 100;
const APART = 1000;

export class Seating {
  /**
   * Own seats, each with the seats of its row that were taken before it.
   * @type {Map<string, Set<string>>}
   */
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

  /**
   * Must be called at every change of seats: it remembers which seats were taken first.
   * @param {Seat[]} mine
   * @returns {Problem[]}
   */
  problems(mine) {
    this.#remember(mine);
    const rows = [...new Set(mine.map(({ line }) => this.room.rows[line].seats))];
    const facts = {
      isMine: (/** @type {Seat} */ seat) => mine.includes(seat),
      isFree: (/** @type {Seat} */ { name }) => this.stateOf(name) === "free",
      hasBought: (/** @type {Seat} */ { name }) => this.stateOf(name) === "bought",
      wasThere: (/** @type {string} */ own, /** @type {string} */ other) =>
        this.#there.get(own)?.has(other) ?? true,
      spare: this.limit - mine.length,
    };
    return [...lostCompanions(rows, facts), ...lonelySeats(rows, facts)];
  }

  /**
   * The map may lag behind a reply. Once it shows the own hold, it shows all earlier ones, too.
   * @param {Seat[]} mine
   */
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

/**
 * Companion seats are sold only together with a wheelchair space beside them (Decreto 9.404/2018).
 * @param {Seat[][]} rows
 * @param {Facts} facts
 * @returns {Problem[]}
 */
function lostCompanions(rows, facts) {
  const places = rows.flatMap((row) =>
    stretches(row, ({ kind }) => kind === "cadeirante" || kind === "acompanhante"),
  );
  return places.flatMap((place) => problemAt(place, facts));
}

/** @param {Seat[]} place wheelchair spaces and companion seats side by side @param {Facts} facts */
function problemAt(place, { isMine, isFree, hasBought, spare }) {
  const seats = place.filter((seat) => seat.kind === "acompanhante" && isMine(seat));
  const spaces = place.filter(({ kind }) => kind === "cadeirante");
  if (!seats.length || spaces.some((space) => isMine(space) || hasBought(space))) return [];
  const names = seats.map(({ name }) => name);
  const nearest = spaces
    .filter(isFree)
    .sort((a, b) => Math.abs(a.column - seats[0].column) - Math.abs(b.column - seats[0].column))[0];
  const also = nearest && spare ? [{ take: [nearest.name], release: [] }] : [];
  return [
    {
      kind: /** @type {const} */ ("companion"),
      seats: names,
      offers: [...also, { take: [], release: names }],
    },
  ];
}

/**
 * No single free seat may be left over beside one's own. The end of a row, an aisle and a place
 * made for somebody close a stretch as a taken seat does. The rule does not bind where
 *
 * - it cannot be kept: the stretch has one seat more than the buyer takes;
 * - one person sits where nobody sat: a lone buyer need not move, nor take a second seat;
 * - the buyer is not its cause: the neighbour came later.
 *
 * @param {Seat[][]} rows @param {Facts} facts @returns {Problem[]}
 */
function lonelySeats(rows, facts) {
  if (isAlone(rows, facts)) return [];
  const open = (/** @type {Seat} */ seat) =>
    ORDINARY.has(seat.kind) && (facts.isMine(seat) || facts.isFree(seat));
  return rows.flatMap((row) => stretches(row, open).flatMap((run) => problemIn(run, row, facts)));
}

/**
 * Whether the buyer has one single seat, in a stretch that was empty when it was chosen.
 * @param {Seat[][]} rows
 * @param {Facts} facts
 */
function isAlone(rows, { isMine, isFree, wasThere }) {
  const [own, another] = rows.flat().filter(isMine);
  const run = rows
    .flatMap((row) => stretches(row, ({ kind }) => ORDINARY.has(kind)))
    .find((seats) => seats.includes(own));
  return (
    !another && run?.every((seat) => seat === own || isFree(seat) || !wasThere(own.name, seat.name))
  );
}

/**
 * @param {Seat[]} run seats that are free or mine, side by side
 * @param {Seat[]} row
 * @param {Facts} facts
 * @returns {Problem[]}
 */
function problemIn(run, row, facts) {
  const mine = run.filter(facts.isMine);
  if (!mine.length || run.length === mine.length + 1) return [];
  const alone = leftAlone(run, mine, row, facts);
  if (!alone.length) return [];
  const also = alone.length <= facts.spare ? [{ take: names(alone), release: [] }] : [];
  return [
    { kind: "lonely", seats: names(alone), offers: [...also, ...exchange(run, mine, row, facts)] },
  ];
}

/** @param {Seat[]} run @param {Seat[]} mine @param {Seat[]} row @param {Facts} facts */
function leftAlone(run, mine, row, facts) {
  const single = stretches(run, (seat) => !mine.includes(seat)).filter(
    ({ length }) => length === 1,
  );
  return single.map(([seat]) => seat).filter((seat) => !cameLater(seat, mine, row, facts));
}

/**
 * Whether a seat is single because of a later neighbour.
 * @param {Seat} seat
 * @param {Seat[]} mine
 * @param {Seat[]} row
 * @param {Facts} facts
 */
function cameLater(seat, mine, row, facts) {
  const [before, after] = [-1, 1].map((step) =>
    row.find(({ column }) => column === seat.column + step),
  );
  if (!before || !after) return false;
  const [own, other] = mine.includes(before) ? [before, after] : [after, before];
  if (mine.includes(other) || !facts.isMine(own)) return false;
  return ORDINARY.has(other.kind) && !facts.wasThere(own.name, other.name);
}

/**
 * The smallest exchange that resolves it: one seat for another, else a block for the whole group.
 * @param {Seat[]} run
 * @param {Seat[]} mine
 * @param {Seat[]} row
 * @param {Facts} facts
 * @returns {Offer[]}
 */
function exchange(run, mine, row, facts) {
  const swaps = mine.flatMap((from) =>
    run
      .filter((to) => !mine.includes(to))
      .map((to) => run.filter((seat) => seat === to || (seat !== from && mine.includes(seat)))),
  );
  const blocks = run
    .slice(mine.length - 1)
    .map((_, start) => run.slice(start, start + mine.length));
  for (const candidates of [swaps, blocks]) {
    const good = candidates.filter((wish) => !leftAlone(run, wish, row, facts).length);
    good.sort((a, b) => trouble(mine, a) - trouble(mine, b));
    if (good.length) return [change(mine, good[0])];
  }
  return [];
}

/** The cost of an exchange for the buyer. @param {Seat[]} mine @param {Seat[]} wish */
function trouble(mine, wish) {
  const far = wish.reduce((sum, seat, i) => sum + Math.abs(seat.column - mine[i].column), 0);
  const other = wish.filter((seat, i) => seat.kind !== mine[i].kind).length;
  return far + OTHER_KIND * other + APART * stretches(wish, () => true).length;
}

/** @param {Seat[]} mine @param {Seat[]} wish @returns {Offer} */
const change = (mine, wish) => ({
  take: names(wish.filter((seat) => !mine.includes(seat))),
  release: names(mine.filter((seat) => !wish.includes(seat))),
});

/** @param {Seat[]} seats */
const names = (seats) => seats.map(({ name }) => name);
