// @ts-check
/** How a session has changed. A map loads this only after a change. */
import { dayAndHour } from "./format.js";
import { addTexts } from "./language.js";
import { wordsOf } from "./sessions.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */

await addTexts("order");

/** @param {Session} session */
const whatOf = (session) =>
  [session.filme.titulo, wordsOf(session).room, dayAndHour(session.inicio)]
    .filter(Boolean)
    .join(", ");

/**
 * A sentence with the session before and now; empty if film, room and start are the same.
 * @param {Session} was
 * @param {Session} is
 */
export function difference(was, is) {
  const [before, now] = [whatOf(was), whatOf(is)];
  return before === now ? "" : t("receipt.changed", { before, now });
}
