// @ts-check
/** Says when there is nothing left to choose in a session, and where there is. */
import { fetchSessions } from "./api.js";
import { dayAndHour } from "./format.js";
import { t } from "./text.js";

/** @typedef {import("./line-status.js").Message} Message */

export class Sales {
  #asked = false;
  /** @type {Message["link"]} */
  #next;

  /** @param {import("./api.js").Session} session @param {() => void} onMore more can be said than before */
  constructor(session, onMore) {
    this.session = session;
    this.onMore = onMore;
  }

  /** @param {import("./store.js").SeatStore} store @returns {Message|null} null: there are seats to choose */
  message(store) {
    const { sold, held } = store.counts;
    if (this.session.encerrada) return { kind: "encerrada", text: t("sessao.encerrada") };
    if (store.version < 0 || sold + held < this.session.lugares) return null;
    if (held) return { kind: "quase", text: t("sessao.quase") };
    void this.#findNext();
    return { kind: "esgotada", text: t("sessao.esgotada"), link: this.#next };
  }

  /** The next session with seats, of this film if there is one. Asked once: a hint, not a promise. */
  async #findNext() {
    if (this.#asked) return;
    this.#asked = true;
    const { id, filme } = this.session;
    const all = (await fetchSessions()).data?.sessoes ?? [];
    const open = all.filter((other) => other.livres && !other.encerrada && other.id !== id);
    const next = open.find((other) => other.filme.titulo === filme.titulo) ?? open[0];
    if (!next) return;
    const what = `${next.filme.titulo}, ${dayAndHour(next.inicio)}`;
    this.#next = { text: t("sessao.proxima", { quando: what }), href: `/sessao/${encodeURIComponent(next.id)}` };
    this.onMore();
  }
}
