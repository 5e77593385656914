// @ts-check
/** The map's legend: the states, and the room's kinds of seats with their prices. */
import { icon, make } from "./dom.js";
import { shortMoney } from "./format.js";
import { hasIcon, kindText } from "./seat-text.js";
import { t } from "./text.js";

/** @typedef {import("./store.js").SeatState} SeatState */

const STATES = /** @type {const} */ (["mine", "bought", "held", "sold"]);

export class Legend {
  /** States that were ever on the map: an entry that was shown stays. @type {Set<SeatState>} */
  #met = new Set();

  /** @param {HTMLElement} root @param {import("./room.js").Room} room */
  constructor(root, room) {
    this.root = root;
    this.room = room;
    new ResizeObserver(() => this.#letPush()).observe(root);
  }

  /** @param {Iterable<SeatState>} states that are on the map */
  meet(states) {
    const before = this.#met.size;
    for (const state of states) this.#met.add(state);
    if (this.#met.size > before) this.render();
  }

  render() {
    const states = STATES.filter((state) => this.#met.has(state));
    const [standard, ...named] = kindsOf(this.room);
    this.root.replaceChildren(
      standard,
      ...states.map((state) => entry("comum", state, t(`legend.${state}`))),
      ...named,
    );
    requestAnimationFrame(() => this.#letPush());
  }

  /** Where it is longer than its line, it is focusable, so that keys can scroll it. */
  #letPush() {
    if (this.root.scrollWidth > this.root.clientWidth) this.root.tabIndex = 0;
    else this.root.removeAttribute("tabindex");
  }
}

/** @param {import("./room.js").Room} room */
function kindsOf(room) {
  const kinds = room.kinds();
  const standard = kinds.get("comum");
  const named = [...kinds].filter(([kind]) => kind !== "comum").sort(([, a], [, b]) => b - a);
  return [
    ...(standard === undefined ? [] : [entry("comum", "free", priced(t("legend.free"), standard))]),
    ...named.map(([kind, price]) =>
      entry(kind, "free", price === standard ? kindText(kind) : priced(kindText(kind), price)),
    ),
  ];
}

/** @param {string} text @param {number} price */
const priced = (text, price) => `${text} · ${shortMoney(price)}`;

/** @param {string} kind @param {string} state @param {string} text */
function entry(kind, state, text) {
  const sample = make("span", {
    class: "seat sample",
    "aria-hidden": "true",
    "data-kind": kind,
    "data-state": state,
  });
  if (hasIcon(kind)) sample.append(icon(kind));
  return make("li", {}, sample, text);
}
