// @ts-check
/**
 * Sessions of the programme: room and sound in the reader's language, and which of them have seats.
 */
import { make } from "./dom.js";
import { asInProgramme, tag } from "./language.js";

/** @typedef {import("./api.js").Session} Session */

/** @param {Session} session */
export const wordsOf = ({ sala, idioma, words }) =>
  words?.[tag] ?? { room: sala, audio: idioma, tag: "" };

/** The room's name, marked as Portuguese if it is not translated. @param {Session} session */
export const roomOf = (session) => spoken(wordsOf(session).room, session.sala);

/** The session's sound, likewise. @param {Session} session */
export const audioOf = (session) => spoken(wordsOf(session).audio, session.idioma);

/** @param {string} text @param {string} original */
const spoken = (text, original) =>
  make("span", { text, ...(text === original ? asInProgramme : {}) });

/** @param {Session} session */
const startOf = ({ inicio }) => Date.parse(inicio);

/** Whether seats can be chosen there now. @param {Session} session */
export const hasSeats = ({ livres, encerrada }) => livres > 0 && !encerrada;

/**
 * Other sessions with seats: later ones first, among these the same film's, then by start.
 * @param {Session|null} session null: unknown
 * @param {Session[]} sessions
 * @returns {Session[]}
 */
export function othersWithSeats(session, sessions) {
  const isEarlier = (/** @type {Session} */ other) =>
    Number(session !== null && startOf(other) < startOf(session));
  const isOtherFilm = (/** @type {Session} */ other) =>
    Number(other.filme.id !== session?.filme.id);
  return sessions
    .filter((other) => other.id !== session?.id && hasSeats(other))
    .sort(
      (a, b) =>
        isEarlier(a) - isEarlier(b) || isOtherFilm(a) - isOtherFilm(b) || startOf(a) - startOf(b),
    );
}

/** @param {Session} session @param {Session[]} sessions @returns {Session|undefined} */
export const nextWithSeats = (session, sessions) => othersWithSeats(session, sessions)[0];
