// @ts-check
/** One film in the programme: picture, facts, and the sessions of the chosen day. */
import { sessionPath } from "./api.js";
import { make } from "./dom.js";
import { dayAndHour, dayNear, filmLength } from "./format.js";
import { asInProgramme } from "./language.js";
import { ratingBadge } from "./rating.js";
import { SessionCard } from "./session-card.js";
import { hasSeats, nextWithSeats } from "./sessions.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */

export class Film {
  /** @type {Session[]} */
  #sessions = [];
  #day = "";

  /** @param {Session[]} sessions of one film, by start @param {(day: string) => void} choose */
  constructor(sessions, choose) {
    const { titulo, duracao_min, classificacao, sinopse, art } = sessions[0].filme;
    this.choose = choose;
    this.cards = new Map(sessions.map((session) => [session.id, new SessionCard(session)]));
    this.elsewhere = make("p", { class: "film-elsewhere quiet" });
    this.root = make(
      "article",
      { class: "film" },
      make("img", {
        class: "art",
        src: art,
        alt: "",
        width: 400,
        height: 600,
        loading: "lazy",
        decoding: "async",
      }),
      make(
        "div",
        { class: "film-text" },
        make("h2", { text: titulo, ...asInProgramme }),
        make(
          "p",
          { class: "film-facts quiet" },
          ratingBadge(classificacao),
          make("span", { text: filmLength(duracao_min) }),
        ),
        make("p", { class: "synopsis", text: sinopse, ...asInProgramme }),
      ),
      make(
        "div",
        { class: "film-times" },
        make(
          "ul",
          { class: "sessions", "aria-label": t("programme.sessions_of", { film: titulo }) },
          ...[...this.cards.values()].map(({ root }) => root),
        ),
        this.elsewhere,
      ),
    );
  }

  /**
   * @param {Session[]} sessions the same sessions, with current seat counts
   * @param {boolean} paused
   * @param {string} day
   */
  update(sessions, paused, day) {
    this.#sessions = sessions;
    this.#day = day;
    for (const session of sessions) this.cards.get(session.id)?.update(session, paused);
    for (const { root, day: its } of this.cards.values()) root.hidden = its !== day;
    const [when, ...more] = this.#offer(paused);
    if (this.elsewhere.dataset.key === String(when)) return;
    this.elsewhere.dataset.key = String(when);
    this.elsewhere.replaceChildren(...more);
  }

  /** The sessions of the chosen day. */
  get today() {
    return this.#sessions.filter(({ id }) => this.cards.get(id)?.day === this.#day);
  }

  /**
   * A link to another session, if this day has none with seats. The first element is the offer's
   * key.
   * @param {boolean} paused
   * @returns {(string|Node)[]}
   */
  #offer(paused) {
    const { today } = this;
    if (!today.length) return this.#otherDay();
    const next =
      paused || today.some(hasSeats) ? undefined : nextWithSeats(today[0], this.#sessions);
    if (!next) return [""];
    return [
      next.id,
      make("a", {
        href: sessionPath(next.id),
        text: t("session.next", { when: dayAndHour(next.inicio) }),
      }),
    ];
  }

  /** @returns {(string|Node)[]} */
  #otherDay() {
    const next = this.#sessions.find(hasSeats) ?? this.#sessions[0];
    const day = this.cards.get(next.id)?.day ?? "";
    const button = make("button", {
      class: "button",
      type: "button",
      text: t("programme.other_day", { when: dayNear(new Date(next.inicio)) }),
    });
    button.onclick = () => {
      this.choose(day);
      this.cards.get(next.id)?.link.focus();
    };
    return [day, button];
  }
}
