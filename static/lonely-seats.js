// @ts-check
/**
 * No single free seat is left over beside one's own. The end of a row, an aisle and a place that is
 * made for somebody close a stretch as a taken seat does.
 *
 * - Unavoidable: a stretch with one seat more than the buyer takes.
 * - One person where nobody sat: whoever comes alone need not move, nor take a second seat.
 * - Not his fault: the neighbour came later.
 */
import { stretches } from "./room.js";

/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {import("./seating.js").Problem} Problem */
/** @typedef {import("./seating.js").Offer} Offer */
/** @typedef {import("./seating.js").Facts} Facts */

/** Seats for anybody: what the rule is about. */
const ORDINARY = new Set(["comum", "premium"]);
/** To move to a seat of another kind, or away from one's group, is worse than to move far. */
const OTHER_KIND = 100;
const APART = 1000;

/** @param {Seat[][]} rows @param {Facts} facts @returns {Problem[]} */
export function lonelySeats(rows, facts) {
  if (isAlone(rows, facts)) return [];
  const open = (/** @type {Seat} */ seat) => ORDINARY.has(seat.kind) && (facts.isMine(seat) || facts.isFree(seat));
  return rows.flatMap((row) => stretches(row, open).flatMap((run) => problemIn(run, row, facts)));
}

/** Whether one seat is mine, of a stretch in which nobody had one when it was chosen. @param {Seat[][]} rows @param {Facts} facts */
function isAlone(rows, { isMine, isFree, wasThere }) {
  const [own, another] = rows.flat().filter(isMine);
  const run = rows.flatMap((row) => stretches(row, ({ kind }) => ORDINARY.has(kind))).find((seats) => seats.includes(own));
  return !another && run?.every((seat) => seat === own || isFree(seat) || !wasThere(own.name, seat.name));
}

/** @param {Seat[]} run seats that are free or mine, side by side @param {Seat[]} row @param {Facts} facts @returns {Problem[]} */
function problemIn(run, row, facts) {
  const mine = run.filter(facts.isMine);
  if (!mine.length || run.length === mine.length + 1) return [];
  const alone = leftAlone(run, mine, row, facts);
  if (!alone.length) return [];
  const also = alone.length <= facts.spare ? [{ take: names(alone), release: [] }] : [];
  return [{ kind: "lonely", seats: names(alone), offers: [...also, ...exchange(run, mine, row, facts)] }];
}

/** @param {Seat[]} run @param {Seat[]} mine @param {Seat[]} row @param {Facts} facts */
function leftAlone(run, mine, row, facts) {
  const single = stretches(run, (seat) => !mine.includes(seat)).filter(({ length }) => length === 1);
  return single.map(([seat]) => seat).filter((seat) => !cameLater(seat, mine, row, facts));
}

/** Whether a seat is alone because somebody else came after us. @param {Seat} seat @param {Seat[]} mine @param {Seat[]} row @param {Facts} facts */
function cameLater(seat, mine, row, facts) {
  const [before, after] = [-1, 1].map((step) => row.find(({ column }) => column === seat.column + step));
  if (!before || !after) return false;
  const [own, other] = mine.includes(before) ? [before, after] : [after, before];
  if (mine.includes(other) || !facts.isMine(own)) return false;
  return ORDINARY.has(other.kind) && !facts.wasThere(own.name, other.name);
}

/** The least that mends it: one seat for another one, else the whole group side by side. @param {Seat[]} run @param {Seat[]} mine @param {Seat[]} row @param {Facts} facts @returns {Offer[]} */
function exchange(run, mine, row, facts) {
  const swaps = mine.flatMap((from) => run.filter((to) => !mine.includes(to))
    .map((to) => run.filter((seat) => seat === to || (seat !== from && mine.includes(seat)))));
  const blocks = run.slice(mine.length - 1).map((_, start) => run.slice(start, start + mine.length));
  for (const candidates of [swaps, blocks]) {
    const good = candidates.filter((wish) => !leftAlone(run, wish, row, facts).length);
    good.sort((a, b) => trouble(mine, a) - trouble(mine, b));
    if (good.length) return [change(mine, good[0])];
  }
  return [];
}

/** How much a move asks of the buyer. @param {Seat[]} mine @param {Seat[]} wish */
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
