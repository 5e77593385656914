// @ts-check
/** What the shapes of the map mean, with the price of each kind of seat that this room has. */
import { icon, make } from "./dom.js";
import { shortMoney } from "./format.js";
import { hasIcon, kindText } from "./seat-text.js";
import { t } from "./text.js";

/** @param {import("./room.js").Room} room */
export function legendOf(room) {
  const kinds = [...room.kinds()].map(([kind, price]) =>
    entry(kind, "livre", `${kind === "comum" ? t("legenda.livre") : kindText(kind)} · ${shortMoney(price)}`));
  const states = /** @type {const} */ (["seu", "bloqueado", "ocupado"]);
  return [...kinds, ...states.map((state) => entry("comum", state, t(`legenda.${state}`)))];
}

/** @param {string} kind @param {string} state @param {string} text */
function entry(kind, state, text) {
  const sample = make("span", { class: "seat sample", "aria-hidden": "true", "data-tipo": kind, "data-estado": state });
  if (hasIcon(kind)) sample.append(icon(kind));
  return make("li", {}, sample, text);
}
