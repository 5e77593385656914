// @ts-check
/** The films and their sessions, with seats left kept fresh while somebody looks. */
import { fetchSessions } from "./api.js";
import { make, show, showMessage } from "./dom.js";
import { dayAndHour, filmLength, shortMoney } from "./format.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */

const REFRESH_MS = 10000;

export class Programme {
  /** Which sessions are shown: their numbers change more often than the programme. */
  #shown = "";

  start() {
    show("programme-view");
    document.title = `${t("programa.titulo")} · ${t("cinema")}`;
    this.#load();
    setInterval(() => document.hidden || this.#load(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.#load());
  }

  async #load() {
    const { data } = await fetchSessions();
    const films = document.querySelector("[data-part=films]");
    if (data && films) this.#render(films, data.sessoes);
    // What was shown before stays: a list that is a little old beats a fault in its place.
    else if (!films?.childElementCount) {
      showMessage(t("programa.titulo"), t("programa.falhou"), () => location.reload());
    }
  }

  /** @param {Element} root @param {Session[]} sessions */
  #render(root, sessions) {
    root.removeAttribute("aria-busy");
    const ids = JSON.stringify(sessions.map(({ id }) => id));
    if (ids === this.#shown) return sessions.forEach((session) => paint(link(root, session.id), session));
    this.#shown = ids;
    const films = Map.groupBy(sessions, ({ filme }) => filme.titulo);
    root.replaceChildren(...[...films.values()].map(filmOf));
    if (!sessions.length) root.append(make("p", { class: "message", text: t("programa.vazio") }));
  }
}

/** The link to a session that is shown. @param {Element} root @param {string} id */
const link = (root, id) => /** @type {Element} */ (root.querySelector(`[data-sessao="${CSS.escape(id)}"]`));

/** @param {Session[]} sessions of one film */
function filmOf(sessions) {
  const { titulo, duracao_min, classificacao, sinopse } = sessions[0].filme;
  const facts = [filmLength(duracao_min), t("programa.classificacao", { idade: classificacao })];
  return make("article", { class: "film" },
    make("div", { class: "film-text" },
      make("h2", { text: titulo }),
      make("p", { class: "quiet", text: facts.join(" · ") }),
      make("p", { text: sinopse })),
    make("ul", { class: "sessions", "aria-label": t("programa.sessoes_de", { filme: titulo }) },
      ...sessions.map((session) => make("li", {}, paint(make("a"), session)))));
}

/** @param {Element} node @param {Session} session */
function paint(node, session) {
  node.className = "session-link";
  node.setAttribute("href", `/sessao/${encodeURIComponent(session.id)}`);
  node.setAttribute("data-sessao", session.id);
  node.setAttribute("data-estado", stateOf(session));
  const [day, hour] = dayAndHour(session.inicio).split(" · ");
  node.replaceChildren(
    make("span", { class: "session-when" }, make("strong", { text: hour }), ` ${day}`),
    make("span", { class: "quiet", text: `${session.sala} · ${session.idioma}` }),
    make("span", { class: "session-left" }, gauge(session), leftText(session)),
    make("span", { class: "quiet", text: t("programa.a_partir", { preco: shortMoney(session.preco_a_partir_de) }) }));
  return node;
}

/** @param {Session} session */
function stateOf({ encerrada, livres }) {
  if (encerrada) return "encerrada";
  return livres ? "livre" : "esgotada";
}

/** How full the room is, for the eye alone: the words beside it say the same. @param {Session} session */
function gauge({ livres, lugares }) {
  const bar = make("span", { class: "gauge", "aria-hidden": "true" });
  bar.style.setProperty("--full", String(lugares ? 1 - livres / lugares : 1));
  return bar;
}

/** @param {Session} session */
function leftText(session) {
  const state = stateOf(session);
  if (state === "livre") return t("programa.livres", { n: session.livres });
  return t(state === "encerrada" ? "programa.encerrada" : "programa.esgotada");
}
