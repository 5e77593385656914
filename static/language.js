// @ts-check
/**
 * The current language: `<html lang>`, which the gateway sets. Only its texts are loaded. An
 * unknown language means Portuguese.
 */
import { loaded } from "./lazy.js";

/**
 * @typedef {"closed"|"order"|"party"|"payment"|"seat"|"tickets"} Place a part of the page that
 *   loads its own texts: `pt-order.js`
 */
/**
 * @typedef {typeof import("./pt-closed.js").texts & typeof import("./pt-order.js").texts & typeof
 * import("./pt-party.js").texts & typeof import("./pt-payment.js").texts & typeof
 * import("./pt-seat.js").texts & typeof import("./pt-tickets.js").texts} PlaceTexts
 */
/** @typedef {typeof import("./pt.js").texts & PlaceTexts} Texts with all that `addTexts` may add */
/**
 * @typedef {{locale: string, dateStyle: {month: "2-digit"|"short", hourSign: string}, texts:
 * Texts}} Language
 */

/** @type {Record<string, string>} */
const LANGUAGES = { "pt-BR": "pt", en: "en", es: "es" };
const DEFAULT = "pt-BR";

/** The tags of all languages, the default first. */
export const tags = Object.keys(LANGUAGES);

const asked = globalThis.document?.documentElement.lang ?? DEFAULT;

/** The tag of the current language. */
export const tag = Object.hasOwn(LANGUAGES, asked) ? asked : DEFAULT;

/**
 * The gateway's sentences are Portuguese: shown only in Portuguese, else replaced by the page's.
 */
export const isPortuguese = tag === DEFAULT;

/**
 * Attributes of an element with the programme's own words, which are Portuguese in every language.
 * @type {{lang?: string}}
 */
export const asInProgramme = isPortuguese ? {} : { lang: DEFAULT };

/** @type {Language} */
export const { dateStyle, locale, texts } = await import(`./${LANGUAGES[tag]}.js`);

/** Must be awaited before the place's texts are used. @param {Place} place */
export async function addTexts(place) {
  Object.assign(texts, (await loaded(() => import(`./${LANGUAGES[tag]}-${place}.js`))).texts);
}
