// @ts-check
/** The tools above the map: how many people, best seats, map or list, zoom. */
import { action, make, part } from "./dom.js";
import { t } from "./text.js";

/** The fragment of the address keeps the list view over a reload. */
const LIST = "#lista";

export class Toolbar {
  /**
   * @param {ParentNode} root @param {number} limit seats a buyer
   * @param {import("./zoom.js").MapZoom} zoom
   * @param {import("./seat-list.js").SeatList} list
   * @param {{choose: (size: number) => void, best: () => void}} party
   */
  constructor(root, limit, zoom, list, party) {
    this.root = root;
    this.list = list;
    this.best = part(root, "best");
    this.#offerGroups(limit, party);
    action(root, "closer").onclick = () => zoom.closer();
    action(root, "farther").onclick = () => zoom.farther();
    action(root, "fit").onclick = () => zoom.fit();
    action(root, "list").onclick = () => this.#choose(part(root, "list").hidden === true);
    if (location.hash === LIST) this.#show(true);
  }

  /** Best seats are offered while any seat is free. @param {boolean} selling */
  selling(selling) {
    this.best.hidden = !selling;
  }

  /** @param {number} limit @param {{choose: (size: number) => void, best: () => void}} party */
  #offerGroups(limit, party) {
    const count = /** @type {HTMLSelectElement} */ (part(this.best, "best-count"));
    count.append(make("option", { value: "", text: t("map.how_many") }));
    for (let n = 1; n <= limit; n++)
      count.append(make("option", { value: n, text: t("map.people", { n }) }));
    count.onchange = () => party.choose(Number(count.value));
    this.best.onsubmit = (event) => {
      event.preventDefault();
      party.best();
    };
  }

  /** @param {boolean} asList */
  #choose(asList) {
    history.replaceState(null, "", location.pathname + location.search + (asList ? LIST : ""));
    this.#show(asList);
  }

  /** @param {boolean} asList */
  #show(asList) {
    this.list.show(asList);
    part(this.root, "map").hidden = asList;
    part(this.root, "zoom").hidden = asList;
    part(this.root, "skip").setAttribute("href", asList ? LIST : "#grid");
    part(this.root, "stage").dataset.shows = asList ? "list" : "map";
    part(this.root, "list-text").textContent = t(asList ? "map.as_map" : "map.as_list");
  }
}
