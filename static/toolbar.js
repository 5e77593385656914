// @ts-check
/** The tools above the map: best seats, map or list, zoom. */
import { action, make, part } from "./dom.js";
import { t } from "./text.js";

const USUAL_GROUP = 2;
/** The address says that the list is shown, so that it still is when the page is loaded anew. */
const LIST = "#lista";

export class Toolbar {
  /**
   * @param {ParentNode} root @param {number} limit seats a buyer
   * @param {import("./zoom.js").MapZoom} zoom
   * @param {import("./seat-list.js").SeatList} list
   * @param {(count: number) => void} onBest
   */
  constructor(root, limit, zoom, list, onBest) {
    this.root = root;
    this.list = list;
    this.best = part(root, "best");
    this.#offerGroups(limit, onBest);
    action(root, "aproximar").onclick = () => zoom.closer();
    action(root, "afastar").onclick = () => zoom.farther();
    action(root, "ajustar").onclick = () => zoom.fit();
    action(root, "lista").onclick = () => this.#choose(part(root, "list").hidden === true);
    if (location.hash === LIST) this.#show(true);
  }

  /** Best seats are offered as long as there are any. @param {boolean} selling */
  selling(selling) {
    this.best.hidden = !selling;
  }

  /** @param {number} limit @param {(count: number) => void} onBest */
  #offerGroups(limit, onBest) {
    const count = /** @type {HTMLSelectElement} */ (part(this.best, "best-count"));
    for (let n = 1; n <= limit; n++) count.append(make("option", { value: n, text: n }));
    count.value = String(Math.min(USUAL_GROUP, limit));
    this.best.onsubmit = (event) => {
      event.preventDefault();
      onBest(Number(count.value));
    };
  }

  /** @param {boolean} asList */
  #choose(asList) {
    history.replaceState(null, "", location.pathname + (asList ? LIST : ""));
    this.#show(asList);
  }

  /** @param {boolean} asList */
  #show(asList) {
    this.list.show(asList);
    part(this.root, "map").hidden = asList;
    part(this.root, "zoom").hidden = asList;
    part(this.root, "skip").setAttribute("href", asList ? LIST : "#grid");
    part(this.root, "stage").dataset.vista = asList ? "lista" : "mapa";
    part(this.root, "list-text").textContent = t(asList ? "mapa.mapa" : "mapa.lista");
  }
}
