// @ts-check
/**
 * Seats side by side for a party: the best group, the group around a seat, and several smaller
 * groups if no row has room for all.
 */
import { middleOf, sideBySide, stretches } from "./room.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {(seat: Seat) => boolean} Test */

/**
 * As booking ranks seats (booking/ranking.py): the ideal is centred, two thirds back; a row counts
 * as two seats; `LONELY` is the cost of a single seat left over.
 */
const DEPTH = 2 / 3;
const ROW_PITCH = 2;
const LONELY = 3;
/**
 * Costs for a group around a seat: a single seat left over costs more than an off-centre group,
 * another kind of seat still more.
 */
const LEFT_OVER = 100;
const OTHER_KIND = 1000;

/**
 * Seats for anybody. Places for wheelchairs and the like are never chosen automatically.
 * @type {Test}
 */
export const isOrdinary = ({ kind }) => kind === "comum" || kind === "premium";

/**
 * Every group of free seats, best first.
 * @param {Room} room
 * @param {Test} isFree
 * @param {number} size
 * @param {Seat[]} [near] if given, ranks by the distance to this group
 */
export function bestGroups(room, isFree, size, near) {
  const centre = (room.columns - 1) / 2;
  const sweetRow = Math.round((room.rows.length - 1) * DEPTH);
  const [line, middle] = near ? [near[0].line, middleOf(near)] : [sweetRow, centre];
  const groups = room.rows
    .flatMap(({ seats }) => stretches(seats, isOrdinary))
    .flatMap((run) => {
      const free = run.map(isFree);
      return sideBySide(run, size).flatMap((group, first) => {
        if (!group.every((_, i) => free[first + i])) return [];
        const far = Math.sqrt(
          (ROW_PITCH * (group[0].line - line)) ** 2 + (middleOf(group) - middle) ** 2,
        );
        const lonely =
          Number(isLonely(free[first - 1], free[first - 2])) +
          Number(isLonely(free[first + size], free[first + size + 1]));
        return [{ group, cost: far + LONELY * lonely }];
      });
    });
  groups.sort(
    (a, b) =>
      a.cost - b.cost || a.group[0].line - b.group[0].line || a.group[0].column - b.group[0].column,
  );
  return groups.map(({ group }) => group);
}

/**
 * The best group that contains a seat: centred on it, without a single seat left over if possible.
 * Null: there is no room.
 * @param {Room} room
 * @param {Test} isFree
 * @param {Seat} seat
 * @param {number} size
 */
export function groupAround(room, isFree, seat, size) {
  const open = stretches(room.rows[seat.line].seats, (other) => isOrdinary(other) && isFree(other));
  const run = open.find((seats) => seats.includes(seat)) ?? [];
  /** @param {Seat[]} group */
  const trouble = (group) => {
    const before = run.indexOf(group[0]);
    const lonely = Number(before === 1) + Number(run.length - before - size === 1);
    return (
      OTHER_KIND * group.filter(({ kind }) => kind !== seat.kind).length +
      LEFT_OVER * lonely +
      Math.abs(middleOf(group) - seat.column) +
      Math.abs(middleOf(group) - (room.columns - 1) / 2) / LEFT_OVER
    );
  };
  const around = sideBySide(run, size).filter((group) => group.includes(seat));
  return around.sort((a, b) => trouble(a) - trouble(b))[0] ?? null;
}

/**
 * Several groups near to each other for one party, the largest first, without a group of one if
 * possible. Null: too few free seats.
 * @param {Room} room
 * @param {Test} isFree
 * @param {number} size
 */
export const divided = (room, isFree, size) =>
  parts(room, isFree, size, 2) ?? parts(room, isFree, size, 1);

/**
 * @param {Room} room
 * @param {Test} isFree
 * @param {number} size
 * @param {number} least people in one of the groups
 * @param {Seat[]} [near]
 * @returns {Seat[][]|null}
 */
function parts(room, isFree, size, least, near) {
  if (!size) return [];
  for (let part = size; part >= least; part--) {
    const rest = size - part;
    const [group] = rest && rest < least ? [] : bestGroups(room, isFree, part, near);
    if (!group) continue;
    const others = parts(room, (seat) => isFree(seat) && !group.includes(seat), rest, least, group);
    return others && [group, ...others];
  }
  return null;
}

/**
 * Whether a group leaves a single seat over on a side: the next seat is free and the one after it
 * is not.
 * @param {boolean|undefined} nearest
 * @param {boolean|undefined} behind
 */
const isLonely = (nearest, behind) => nearest === true && behind !== true;

/** @param {Seat[]} group */
export const namesOf = (group) => group.map(({ name }) => name);

/** @param {Seat[]} group */
export const priceOf = (group) => group.reduce((sum, { price }) => sum + price, 0);
