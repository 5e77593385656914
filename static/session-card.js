// @ts-check
/** One session in the programme: a link to its map, whose numbers change in place. */
import { sessionPath } from "./api.js";
import { make } from "./dom.js";
import { dayNear, hour, shortMoney } from "./format.js";
import { asInProgramme } from "./language.js";
import { hasSeats, nextWithSeats } from "./next-session.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */

/** One seat in so many is few: the card says "last". */
const FEW = 20;

export class SessionCard {
  #shown = "";

  /** @param {Session} session */
  constructor(session) {
    this.left = make("span", { class: "session-left" });
    // For the eye alone: the words say the same.
    this.gauge = make("span", { class: "gauge", "aria-hidden": "true" });
    this.next = make("p", { class: "session-next quiet" });
    this.price = make("span", { class: "session-price quiet", text: t("programa.a_partir", { preco: shortMoney(session.preco_a_partir_de) }) });
    const start = new Date(session.inicio);
    this.link = make("a", { class: "session-link", href: sessionPath(session.id), "data-sessao": session.id },
      make("span", { class: "session-when" }, make("strong", { text: hour(start) }), ` ${dayNear(start)}`),
      make("span", { class: "session-where quiet", text: `${session.sala} · ${session.idioma}`, ...asInProgramme }),
      this.left, this.price,
      this.gauge);
    this.root = make("li", { class: "session-card" }, this.link, this.next);
  }

  /** @param {Session} session @param {Session[]} film all sessions of its film @param {boolean} paused sales are: nobody knows what is free */
  update(session, film, paused) {
    const next = paused || hasSeats(session) ? undefined : nextWithSeats(session, film);
    const state = stateOf(session, paused);
    const key = `${state} ${session.livres} ${next?.id}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.link.dataset.estado = state;
    this.left.textContent = leftText(session, state);
    this.gauge.hidden = state === "pausada";
    this.gauge.style.setProperty("--full", String(1 - session.livres / session.lugares));
    this.price.hidden = state === "esgotada" || state === "encerrada";
    this.next.hidden = next === undefined;
    this.next.replaceChildren(...(next ? [nextLink(next)] : []));
  }
}

/** @param {Session} session @param {boolean} paused */
function stateOf(session, paused) {
  if (session.encerrada) return "encerrada";
  if (paused) return "pausada";
  return hasSeats(session) ? "livre" : "esgotada";
}

/** @param {Session} session @param {ReturnType<typeof stateOf>} state */
function leftText({ livres, lugares }, state) {
  if (state === "pausada") return t("conexao.pausado");
  if (state !== "livre") return t(state === "encerrada" ? "programa.encerrada" : "programa.esgotada");
  return t(livres * FEW <= lugares ? "programa.ultimos" : "programa.livres", { n: livres });
}

/** @param {Session} next */
function nextLink(next) {
  const start = new Date(next.inicio);
  const quando = `${dayNear(start)} · ${hour(start)}`;
  return make("a", { href: sessionPath(next.id), text: t("sessao.proxima", { quando }) });
}
