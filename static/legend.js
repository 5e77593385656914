// @ts-check
/** What the shapes of the map mean, with the price of each kind of seat that this room has. */
import { icon, make } from "./dom.js";
import { shortMoney } from "./format.js";
import { hasIcon, kindText } from "./seat-text.js";
import { t } from "./text.js";

/** @param {import("./room.js").Room} room @param {boolean} hasBought whether there is one of the reader's own */
export function legendOf(room, hasBought) {
  const kinds = room.kinds();
  const standard = kinds.get("comum");
  const named = [...kinds].filter(([kind]) => kind !== "comum").sort(([, a], [, b]) => b - a);
  const states = /** @type {const} */ (["seu", ...(hasBought ? /** @type {const} */ (["comprado"]) : []), "bloqueado", "ocupado"]);
  return [
    ...(standard === undefined ? [] : [entry("comum", "livre", priced(t("legenda.livre"), standard))]),
    ...named.map(([kind, price]) =>
      entry(kind, "livre", price === standard ? kindText(kind) : priced(kindText(kind), price))),
    ...states.map((state) => entry("comum", state, t(`legenda.${state}`))),
  ];
}

/** @param {string} text @param {number} price */
const priced = (text, price) => `${text} · ${shortMoney(price)}`;

/** @param {string} kind @param {string} state @param {string} text */
function entry(kind, state, text) {
  const sample = make("span", { class: "seat sample", "aria-hidden": "true", "data-tipo": kind, "data-estado": state });
  if (hasIcon(kind)) sample.append(icon(kind));
  return make("li", {}, sample, text);
}
