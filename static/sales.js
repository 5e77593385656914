// @ts-check
/** Says when there is nothing left to choose in a session, and where there is. */
import { fetchSessions, sessionPath } from "./api.js";
import { dayAndHour } from "./format.js";
import { nextWithSeats } from "./next-session.js";
import { t } from "./text.js";

/** @typedef {import("./line-status.js").Message} Message */

export class Sales {
  #asked = false;
  /** @type {Message["link"]} */
  #next;
  /** @type {Message|null} */
  #change = null;

  /** @param {import("./api.js").SessionMap} session @param {() => void} onMore more can be said than before */
  constructor(session, onMore) {
    this.session = session;
    this.onMore = onMore;
  }

  /** @param {import("./store.js").SeatStore} store @returns {Message|null} null: there are seats to choose */
  message(store) {
    if (this.#change) return this.#change;
    const { sold, held } = store.counts;
    if (this.session.encerrada) return { kind: "encerrada", text: this.session.alteracao || t("sessao.encerrada") };
    if (store.version < 0 || sold + held < this.session.lugares) return null;
    if (held) return { kind: "quase", text: t("sessao.quase") };
    void this.#findNext();
    return { kind: "esgotada", text: t("sessao.esgotada"), link: this.#next };
  }

  /** The session is no longer what this page shows: nothing is sold here before it is loaded again. */
  async changed() {
    this.#change = await import("./session-change.js").then(({ changeOf }) => changeOf(this.session), () => null);
    this.onMore();
  }

  /** The next session with seats, of this film if there is one. Asked once: a hint, not a promise. */
  async #findNext() {
    if (this.#asked) return;
    this.#asked = true;
    const next = nextWithSeats(this.session, (await fetchSessions()).data?.sessoes ?? []);
    if (!next) return;
    const what = `${next.filme.titulo}, ${dayAndHour(next.inicio)}`;
    this.#next = { text: t("sessao.proxima", { quando: what }), href: sessionPath(next.id) };
    this.onMore();
  }
}
