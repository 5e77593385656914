// @ts-check
/** Looks texts up by key in the language in force and puts values into them. */
import { locale, texts } from "./pt.js";

/** @typedef {keyof typeof texts} TextKey */

const plural = new Intl.PluralRules(locale);
const list = new Intl.ListFormat(locale, { type: "conjunction" });

/** @param {string} key @returns {key is TextKey} */
export const hasText = (key) => Object.hasOwn(texts, key);

/**
 * The text of a key; `values.n` chooses between singular and plural.
 * @param {TextKey} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  const entry = /** @type {string | {one: string, other: string}} */ (texts[key]);
  const form = typeof entry === "string"
    ? entry
    : plural.select(Number(values.n)) === "one" ? entry.one : entry.other;
  return form.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** "F07, F08 e F09". @param {Iterable<string>} words */
export const enumerate = (words) => list.format(words);

/** Fills every `data-t` (content) and `data-t-label` (accessible name) below a root. @param {ParentNode} root */
export function fillTexts(root) {
  for (const node of root.querySelectorAll("[data-t]")) {
    node.textContent = t(/** @type {TextKey} */ (node.getAttribute("data-t")));
  }
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(/** @type {TextKey} */ (node.getAttribute("data-t-label"))));
  }
}
