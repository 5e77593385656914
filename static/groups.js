// @ts-check
/**
 * Seats side by side for a party: the best ones, those around a seat, and a party in parts where it
 * fits nowhere.
 */
import { middleOf, sideBySide, stretches } from "./room.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {(seat: Seat) => boolean} Test */

/**
 * As booking ranks them (booking/ranking.py): two thirds back and centred, a row as deep as two
 * seats, and what a single seat left over costs.
 */
const DEPTH = 2 / 3;
const ROW_PITCH = 2;
const LONELY = 3;
/**
 * Around a seat that was pointed at: a single seat left over is worse than to sit aside of it,
 * another kind of seat worse still.
 */
const LEFT_OVER = 100;
const OTHER_KIND = 1000;

/** For anybody; who needs another kind of place picks it. @type {Test} */
export const isOrdinary = ({ kind }) => kind === "comum" || kind === "premium";

/**
 * Every group of free seats, best first.
 * @param {Room} room
 * @param {Test} isFree
 * @param {number} size
 * @param {Seat[]} [near] a group to sit near to, instead of well
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
 * The group that has a free seat in it, as far around it as can be without leaving a single one
 * over; null: there is no room for it.
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
 * A party in parts near to each other, the largest first, none of them one person where that can be
 * helped; null: not so many seats are free.
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
 * @param {number} least people in a part
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
 * Beside a group: the nearest seat is free and the one behind it is not.
 * @param {boolean|undefined} nearest
 * @param {boolean|undefined} behind
 */
const isLonely = (nearest, behind) => nearest === true && behind !== true;

/** @param {Seat[]} group */
export const namesOf = (group) => group.map(({ name }) => name);

/** @param {Seat[]} group */
export const priceOf = (group) => group.reduce((sum, { price }) => sum + price, 0);
