// @ts-check
/** What the programme says of a session, in the reader's language where the gateway knows the words. */
import { make } from "./dom.js";
import { asInProgramme, tag } from "./language.js";

/** @typedef {import("./api.js").Session} Session */

/** @param {Session} session */
export const wordsOf = ({ sala, idioma, words }) => words?.[tag] ?? { room: sala, audio: idioma, tag: "" };

/** Its room, marked as Portuguese where it is. @param {Session} session */
export const roomOf = (session) => spoken(wordsOf(session).room, session.sala);

/** Its sound, likewise. @param {Session} session */
export const audioOf = (session) => spoken(wordsOf(session).audio, session.idioma);

/** @param {string} text @param {string} original */
const spoken = (text, original) => make("span", { text, ...(text === original ? asInProgramme : {}) });
