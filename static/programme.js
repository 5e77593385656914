// @ts-check
/**
 * The programme: films and their sessions, one day at a time. The counts of free seats are
 * refreshed while the page is visible.
 */
import { fetchOwnOrders, fetchSessions, persist } from "./api.js";
import { DayChips } from "./day-chips.js";
import { make, part, say } from "./dom.js";
import { Film } from "./film.js";
import { dayNear, isElsewhere, isoDay, namedHour } from "./format.js";
import { lazily } from "./lazy.js";
import { hasSeats } from "./sessions.js";
import { t } from "./text.js";
import { show, showMessage } from "./view.js";

/** @typedef {import("./api.js").Session} Session */

const REFRESH_MS = 15000;
/** In the folder of this module, of the same revision. */
const EMPTY = new URL("empty.svg", import.meta.url).pathname;

export class Programme {
  /** @type {Film[]} */
  #films = [];
  #built = "";
  /** @type {import("./api.js").SessionList} */
  #list = { sessoes: [] };
  /** When the counts were last fetched. */
  #since = new Date();
  /** @type {DayChips|null} */
  #days = null;
  /** @type {import("./own-tickets.js").OwnTickets|null} */
  #own = null;

  async start() {
    this.#open();
    let troubled = false;
    const { data } = await persist(fetchSessions, () => {
      troubled = true;
      showMessage(t("programme.title"), t("programme.failed"), () => location.reload());
    });
    if (troubled) this.#open();
    this.#update(data ?? { sessoes: [] });
    setInterval(() => document.hidden || this.#load(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.#again());
    addEventListener("online", () => this.#load());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#again());
    void this.#ownTickets();
  }

  #again() {
    void this.#load();
    void this.#ownTickets();
  }

  /**
   * Loads the module only if there are orders to show. After a failure the next refresh tries
   * again.
   */
  async #ownTickets() {
    const { data } = await fetchOwnOrders();
    if (!data || !(data.pedidos.length || this.#own)) return;
    const own = await lazily(() => import("./own-tickets.js"));
    if (own) this.#own ??= new own.OwnTickets(part(document, "own"));
    this.#own?.render(data.pedidos);
  }

  #open() {
    const root = show("programme-view");
    if (isElsewhere(new Date()))
      part(root, "films").before(make("p", { class: "zone quiet", text: t("programme.zone") }));
    this.#days = new DayChips(part(root, "days"), () => this.#render());
  }

  async #load() {
    const { data } = await fetchSessions();
    if (data) this.#update(data);
    else this.#stale();
  }

  /** Without an answer the old counts stay, with their time. */
  #stale() {
    this.#showStatus(t("programme.stale", { time: namedHour(this.#since) }));
  }

  /** @param {string} text */
  #showStatus(text) {
    const place = part(document, "stale");
    if (place.textContent !== text) place.textContent = text;
  }

  /** @param {import("./api.js").SessionList} list */
  #update(list) {
    this.#since = new Date();
    this.#list = list;
    this.#name(list.cinema);
    this.#showStatus(list.vendas_pausadas ? t("programme.paused") : "");
    this.#render();
  }

  /** @param {string} [cinema] its name, where the programme has one */
  #name(cinema) {
    document.title = `${t("programme.title")} · ${cinema || t("cinema")}`;
    say(part(document, "cinema"), cinema ?? "");
  }

  #render() {
    const { sessoes: sessions, vendas_pausadas: paused = false } = this.#list;
    // Sessions that are over go last.
    const films = byFilm([...sessions].sort((a, b) => Number(a.encerrada) - Number(b.encerrada)));
    this.#offerDays(sessions);
    const key = films.flat().map(keyOf).join();
    if (key !== this.#built || !sessions.length) this.#build(films);
    this.#built = key;
    const day = this.#days?.chosen ?? "";
    this.#films.forEach((film, index) => film.update(films[index], paused, day));
    this.#order();
  }

  /** @param {Session[]} sessions */
  #offerDays(sessions) {
    // Days that are over go last.
    const isOver = (/** @type {Date} */ start) => Number(isoDay(start) < isoDay(new Date()));
    const starts = sessions
      .map(({ inicio }) => new Date(inicio))
      .sort((a, b) => isOver(a) - isOver(b) || Number(a) - Number(b));
    const days = new Map(starts.map((start) => [isoDay(start), start]));
    const open = sessions
      .filter(hasSeats)
      .map(({ inicio }) => isoDay(new Date(inicio)))
      .sort();
    this.#days?.offer(days, open[0] ?? [...days.keys()][0]);
  }

  /**
   * Only after a change of the programme itself. The focused session keeps the focus.
   * @param {Session[][]} films
   */
  #build(films) {
    const root = part(document, "films");
    const focused = document.activeElement?.getAttribute("data-session");
    this.#films = films.map((sessions) => new Film(sessions, (day) => this.#days?.choose(day)));
    root.removeAttribute("aria-busy");
    root.replaceChildren(...this.#films.map((film) => film.root));
    if (!films.length) root.append(nothing());
    for (const film of this.#films) film.cards.get(focused ?? "")?.link.focus();
  }

  /**
   * Films of the chosen day first, films without seats last. Nothing moves while a film has the
   * focus.
   */
  #order() {
    const root = part(document, "films");
    const rank = new Map(
      this.#films.map((film) => [film, film.today.some(hasSeats) ? 0 : film.today.length ? 1 : 2]),
    );
    const wanted = [...this.#films]
      .sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
      .map((film) => film.root);
    if (
      wanted.some((node, index) => root.children[index] !== node) &&
      !root.contains(document.activeElement)
    )
      root.append(...wanted);
  }
}

/** Two films may have one title. @param {Session[]} sessions */
function byFilm(sessions) {
  /** @type {Map<string, Session[]>} */
  const films = new Map();
  for (const session of sessions)
    films.set(session.filme.id, [...(films.get(session.filme.id) ?? []), session]);
  return [...films.values()];
}

/** An evening without a film. */
const nothing = () =>
  make(
    "div",
    { class: "message" },
    make("img", { class: "nothing", src: EMPTY, alt: "", width: 320, height: 200 }),
    make("h2", { text: t("programme.empty") }),
    make("p", { class: "quiet", text: t("programme.empty_text") }),
  );

/**
 * What a card does not update in place: a change rebuilds the list, as does a new "today".
 * @param {Session} session
 */
const keyOf = ({ id, inicio, sala, idioma, preco_a_partir_de, filme }) =>
  JSON.stringify([id, inicio, dayNear(new Date(inicio)), sala, idioma, preco_a_partir_de, filme]);
