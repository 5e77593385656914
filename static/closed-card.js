// @ts-check
/** Says why a session's sales are closed, and leads to two others with seats. Loaded only then. */
import { fetchSessions, sessionPath } from "./api.js";
import { make } from "./dom.js";
import { dayNear, namedHour } from "./format.js";
import { addTexts, asInProgramme } from "./language.js";
import { othersWithSeats, roomOf } from "./sessions.js";
import { difference } from "./session-change.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */
/** @typedef {import("./api.js").SessionMap} SessionMap */
/** @typedef {import("./sales.js").Closing} Closing */

await addTexts("closed");

const OFFERED = 2;

/**
 * The other sessions are fetched, and added later.
 * @param {Closing} closed
 * @param {SessionMap} session as the map shows it
 * @param {SessionMap|null} now as it is now, if it changed
 */
export function closedCard(closed, session, now) {
  const card = make(
    "div",
    { class: "closed", "data-closing": closed },
    make("h2", {
      "data-part": "closed-title",
      tabindex: -1,
      text: t(`closed.${closed === "ended" && isRunning(session) ? "begun" : closed}`),
    }),
    ...said(closed, session, now),
  );
  if (closed === "changed")
    card.append(
      make("a", { class: "button primary", href: location.pathname, text: t("closed.reload") }),
    );
  void otherSessions(session).then((others) => card.append(...others));
  return card;
}

/** @param {Session} session */
const isRunning = ({ inicio, filme }) =>
  Date.now() < Date.parse(inicio) + filme.duracao_min * 60000;

/**
 * @param {Closing} closed
 * @param {SessionMap} session
 * @param {SessionMap|null} now
 * @returns {HTMLElement[]}
 */
function said(closed, session, now) {
  if (closed === "removed") return [make("p", { class: "quiet", text: t("closed.tickets") })];
  const lines = [];
  if (closed === "changed" && now)
    lines.push(make("p", { text: difference(session, now) || t("receipt.map_changed") }));
  const { alteracao } = now ?? session;
  if (alteracao) lines.push(make("p", { text: alteracao, ...asInProgramme }));
  return lines;
}

/**
 * Two sessions that have seats.
 * @param {Session|null} session null: unknown
 * @returns {Promise<HTMLElement[]>}
 */
export async function otherSessions(session) {
  const { data } = await fetchSessions();
  const others = data?.vendas_pausadas
    ? []
    : othersWithSeats(session, data?.sessoes ?? []).slice(0, OFFERED);
  if (!others.length) return [];
  return [
    make("p", { text: t("closed.others", { n: others.length }) }),
    make(
      "ul",
      { class: "other-sessions" },
      ...others.map((other) => make("li", {}, linkTo(other, other.filme.id !== session?.filme.id))),
    ),
  ];
}

/** @param {Session} session @param {boolean} isOtherFilm */
function linkTo(session, isOtherFilm) {
  const { id, inicio, livres, filme } = session;
  const start = new Date(inicio);
  return make(
    "a",
    { class: "button other-session", href: sessionPath(id) },
    ...(isOtherFilm ? [make("span", { text: filme.titulo, ...asInProgramme })] : []),
    make("strong", { text: `${dayNear(start)} · ${namedHour(start)}` }),
    make("span", { class: "quiet" }, roomOf(session), ` · ${t("programme.free", { n: livres })}`),
  );
}
