// @ts-check
/** Texts by key in the current language, with values put in. */
import { locale, texts } from "./language.js";

/** @typedef {keyof typeof texts} TextKey */

const plural = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);
const list = new Intl.ListFormat(locale, { type: "conjunction" });

/** @param {string} key @returns {key is TextKey} */
export const hasText = (key) => Object.hasOwn(texts, key);

/** @param {string | {zero?: string, one: string, other: string}} entry @param {number} n */
function form(entry, n) {
  if (typeof entry === "string") return entry;
  if (n === 0 && entry.zero) return entry.zero;
  return plural.select(n) === "one" ? entry.one : entry.other;
}

/**
 * The text of a key; `values.n` chooses between singular and plural.
 * @param {TextKey} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  return form(texts[key], Number(values.n)).replace(/\{(\w+)\}/g, (_, name) =>
    written(values[name] ?? ""),
  );
}

/** @param {string|number} value */
const written = (value) => (typeof value === "number" ? numbers.format(value) : value);

/** "F07, F08 e F09". @param {Iterable<string>} words */
export const enumerate = (words) => list.format(words);

/**
 * Fills every `data-t` (content) and `data-t-label` (accessible name) below a root.
 * @param {ParentNode} root
 */
export function fillTexts(root) {
  for (const node of root.querySelectorAll("[data-t]")) {
    node.textContent = t(/** @type {TextKey} */ (node.getAttribute("data-t")));
  }
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(/** @type {TextKey} */ (node.getAttribute("data-t-label"))));
  }
}
