// @ts-check
/** Companion seats are sold only together with a wheelchair space beside them (Decreto 9.404/2018). */
import { stretches } from "./room.js";

/** @typedef {import("./room.js").Seat} Seat */

/** @param {Seat[][]} rows @param {import("./seating.js").Facts} facts @returns {import("./seating.js").Problem[]} */
export function lostCompanions(rows, facts) {
  const places = rows.flatMap((row) => stretches(row, ({ kind }) => kind === "cadeirante" || kind === "acompanhante"));
  return places.flatMap((place) => problemAt(place, facts));
}

/** @param {Seat[]} place wheelchair spaces and companion seats side by side @param {import("./seating.js").Facts} facts */
function problemAt(place, { isMine, isFree, hasBought, spare }) {
  const seats = place.filter((seat) => seat.kind === "acompanhante" && isMine(seat));
  const spaces = place.filter(({ kind }) => kind === "cadeirante");
  if (!seats.length || spaces.some((space) => isMine(space) || hasBought(space))) return [];
  const names = seats.map(({ name }) => name);
  const nearest = spaces.filter(isFree).sort((a, b) => Math.abs(a.column - seats[0].column) - Math.abs(b.column - seats[0].column))[0];
  const also = nearest && spare ? [{ take: [nearest.name], release: [] }] : [];
  return [{ kind: /** @type {const} */ ("acompanhante"), seats: names, offers: [...also, { take: [], release: names }] }];
}
