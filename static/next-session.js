// @ts-check
/** Where else there are seats, when a session has none left. */

/** @typedef {import("./api.js").Session} Session */

/** @param {Session} session */
const startOf = ({ inicio }) => Date.parse(inicio);

/** Whether seats can be chosen there now. @param {Session} session */
export const hasSeats = ({ livres, encerrada }) => livres > 0 && !encerrada;

/**
 * The session that comes next after one and has seats, of the same film if there is one at all.
 * @param {Session} session @param {Session[]} sessions @returns {Session|undefined}
 */
export function nextWithSeats(session, sessions) {
  const open = sessions.filter((other) => other.id !== session.id && hasSeats(other));
  const ofFilm = open.filter(({ filme }) => filme.id === session.filme.id);
  const choice = (ofFilm.length ? ofFilm : open).sort((a, b) => startOf(a) - startOf(b));
  return choice.find((other) => startOf(other) >= startOf(session)) ?? choice[0];
}
