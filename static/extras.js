// @ts-check
/**
 * Parts that the map does not need at first: minimap, zoom hint, the film's card. Each is loaded at
 * its first use.
 */
import { part } from "./dom.js";
import { lazily } from "./lazy.js";

export class Extras {
  /** @type {import("./minimap.js").Minimap|null} */
  #minimap = null;
  #minimapAsked = false;

  /**
   * @param {Pick<import("./session-view.js").SessionView,
   * "root"|"session"|"room"|"store"|"zoom"|"notice">} view
   */
  constructor(view) {
    this.view = view;
  }

  start() {
    this.view.zoom.map.addEventListener("view", () => this.#zoomed());
  }

  /** Seats changed. */
  changed() {
    this.#minimap?.changed();
  }

  /** Explains why the first tap only zoomed. */
  async explainZoom() {
    const module = await lazily(() => import("./zoom-hint.js"));
    module?.explainZoom(this.view.notice);
  }

  /** Called after the map is shown; only a wide window has room for the card. */
  async showFilm() {
    const { root, room, session } = this.view;
    const place = part(root, "film-card");
    if (place.childElementCount || !matchMedia("(min-width: 55em)").matches) return;
    const module = await lazily(() => import("./film-card.js"));
    if (module) place.replaceChildren(...module.filmCard(session.filme, room));
  }

  async #zoomed() {
    const { room, store, zoom } = this.view;
    if (zoom.level === 1 || this.#minimapAsked) return;
    this.#minimapAsked = true;
    const module = await lazily(() => import("./minimap.js"));
    if (!module) return;
    this.#minimap = new module.Minimap(zoom.map, zoom, room, store.stateOf.bind(store));
    this.#minimap.start();
  }
}
