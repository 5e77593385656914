// @ts-check
/**
 * One session in the programme: a link to its map, with hour, sound, room and price. How full it is
 * changes in place.
 */
import { sessionPath } from "./api.js";
import { make } from "./dom.js";
import { dayNear, hour, isoDay, shortMoney } from "./format.js";
import { audioOf, hasSeats, roomOf, wordsOf } from "./sessions.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */

/**
 * The gauge's steps: up to this fraction of free seats, this many pips.
 * @type {[number, number][]}
 */
const STEPS = [
  [0.1, 3],
  [0.5, 2],
  [1, 1],
];

export class SessionCard {
  #shown = "";

  /** @param {Session} session */
  constructor(session) {
    const start = new Date(session.inicio);
    const { tag } = wordsOf(session);
    this.day = isoDay(start);
    // For the eye; screen readers get the number.
    this.left = make("span", { "aria-hidden": "true" });
    this.spoken = make("span", { class: "unseen" });
    this.gauge = make("span", { class: "gauge", "aria-hidden": "true" });
    this.price = make("span", { class: "quiet" });
    this.link = make(
      "a",
      {
        class: "session-link",
        href: sessionPath(session.id),
        "data-session": session.id,
        "data-day": this.day,
      },
      make("strong", { class: "session-hour", text: hour(start) }),
      make("span", { class: "unseen", text: ` ${dayNear(start)} ` }),
      make(
        "span",
        { class: "session-audio" },
        ...(tag ? [...tagsOf(tag), unseen(audioOf(session))] : [audioOf(session)]),
      ),
      make("span", { class: "session-left" }, this.gauge, this.left, this.spoken),
      make("span", { class: "session-where quiet" }, roomOf(session)),
      this.price,
    );
    this.root = make("li", {}, this.link);
  }

  /** @param {Session} session @param {boolean} paused sales are: nobody knows what is free */
  update(session, paused) {
    const state = stateOf(session, paused);
    const key = `${state} ${session.livres}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const step = stepOf(session);
    this.link.dataset.state = state;
    this.gauge.hidden = state !== "free";
    this.gauge.style.setProperty("--step", String(step));
    const isOver = state === "sold_out" || state === "ended";
    this.price.textContent = isOver
      ? ""
      : t("programme.from", { price: shortMoney(session.preco_a_partir_de) });
    [this.left.textContent, this.spoken.textContent] = leftTexts(session, state, step);
  }
}

/** @param {string} tag "NAC AD" */
const tagsOf = (tag) =>
  tag.split(" ").map((text) => make("span", { class: "audio-tag", "aria-hidden": "true", text }));

/** @param {Node} node */
const unseen = (node) => make("span", { class: "unseen" }, node);

/** @param {Session} session @param {boolean} paused */
function stateOf(session, paused) {
  if (session.encerrada) return "ended";
  if (paused) return "paused";
  return hasSeats(session) ? "free" : "sold_out";
}

/** @param {Session} session */
function stepOf({ livres, lugares }) {
  const [, step] = STEPS.find(([share]) => livres <= lugares * share) ?? [1, 1];
  return step;
}

/**
 * What is seen and what is heard.
 * @param {Session} session
 * @param {ReturnType<typeof stateOf>} state
 * @param {number} step
 * @returns {[string, string]}
 */
function leftTexts({ livres }, state, step) {
  if (state === "paused") return [t("line.paused"), t("line.paused")];
  if (state !== "free") {
    const text = t(state === "ended" ? "programme.ended" : "programme.sold_out");
    return [text, text];
  }
  const words =
    step === 3
      ? t("programme.last", { n: livres })
      : t(step === 2 ? "gauge.filling" : "gauge.free");
  return [words, t("programme.free", { n: livres })];
}
