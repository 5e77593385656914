// @ts-check
/** The films and their sessions, with the seats left kept fresh while somebody looks. */
import { fetchSessions, persist } from "./api.js";
import { make, part, show, showMessage } from "./dom.js";
import { dayNear, filmLength, hour } from "./format.js";
import { asInProgramme } from "./language.js";
import { SessionCard } from "./session-card.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */

const REFRESH_MS = 15000;

export class Programme {
  /** @type {Map<string, SessionCard>} */
  #cards = new Map();
  /** When the numbers were last known to be right. */
  #since = new Date();

  async start() {
    show("programme-view");
    document.title = `${t("programa.titulo")} · ${t("cinema")}`;
    let troubled = false;
    const { data } = await persist(fetchSessions, () => {
      troubled = true;
      showMessage(t("programa.titulo"), t("programa.falhou"), () => location.reload());
    });
    if (troubled) show("programme-view");
    this.#render(data ?? { sessoes: [] });
    setInterval(() => document.hidden || this.#load(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.#load());
    addEventListener("online", () => this.#load());
  }

  async #load() {
    const { data } = await fetchSessions();
    if (data) this.#render(data);
    else this.#stale();
  }

  /** What was shown before stays: numbers that are a little old, and said to be, beat a fault in their place. */
  #stale() {
    this.#tell(t("programa.parado", { hora: hour(this.#since) }));
  }

  /** @param {string} text */
  #tell(text) {
    const place = part(document, "stale");
    if (place.textContent !== text) place.textContent = text;
  }

  /** @param {import("./api.js").SessionList} list */
  #render({ sessoes: sessions, vendas_pausadas: paused = false }) {
    this.#since = new Date();
    this.#tell(paused ? t("programa.pausado") : "");
    // What is over goes last, and a film that has nothing else does, too.
    const films = byFilm([...sessions].sort((a, b) => Number(a.encerrada) - Number(b.encerrada)));
    if (films.flat().map(keyOf).join() !== [...this.#cards.keys()].join() || !sessions.length) this.#build(films);
    for (const film of films) for (const session of film) this.#cards.get(keyOf(session))?.update(session, film, paused);
  }

  /** Only when the programme itself changed: who stands on a session keeps the place. @param {Session[][]} films */
  #build(films) {
    const root = part(document, "films");
    const focused = document.activeElement?.getAttribute("data-sessao");
    const sessions = films.flat();
    this.#cards = new Map(sessions.map((session) => [keyOf(session), new SessionCard(session)]));
    root.removeAttribute("aria-busy");
    root.replaceChildren(...films.map((film) => this.#film(film)));
    if (!sessions.length) root.append(make("p", { class: "message", text: t("programa.vazio") }));
    const again = sessions.find(({ id }) => id === focused);
    if (again) this.#cards.get(keyOf(again))?.link.focus();
  }

  /** @param {Session[]} sessions of one film */
  #film(sessions) {
    const { titulo, duracao_min, classificacao, sinopse } = sessions[0].filme;
    const facts = [filmLength(duracao_min), t("programa.classificacao", { idade: classificacao })];
    return make("article", { class: "film" },
      make("div", { class: "film-text" },
        make("h2", { text: titulo, ...asInProgramme }),
        make("p", { class: "quiet", text: facts.join(" · ") }),
        make("p", { text: sinopse, ...asInProgramme })),
      make("ul", { class: "sessions", "aria-label": t("programa.sessoes_de", { filme: titulo }) },
        ...sessions.flatMap((session) => this.#cards.get(keyOf(session))?.root ?? [])));
  }
}

/** Two films may have one title. @param {Session[]} sessions in the order in which their films are shown */
function byFilm(sessions) {
  /** @type {Map<string, Session[]>} */
  const films = new Map();
  for (const session of sessions) films.set(session.filme.id, [...films.get(session.filme.id) ?? [], session]);
  return [...films.values()];
}

/** Everything about a session that its card does not change in place; "today" becomes another day. @param {Session} session */
const keyOf = ({ id, inicio, sala, idioma, preco_a_partir_de, filme }) =>
  JSON.stringify([id, inicio, dayNear(new Date(inicio)), sala, idioma, preco_a_partir_de, filme]);
