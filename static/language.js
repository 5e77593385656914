// @ts-check
/**
 * The language in force: what `<html lang>` says, which the gateway sets. Only its texts are
 * loaded; what is not spoken here is Portuguese.
 */

/**
 * @typedef {"closed"|"order"|"party"|"payment"|"seat"|"tickets"} Place one whose texts no other
 * place pays for: `pt-order.js`
 */
/**
 * @typedef {typeof import("./pt-closed.js").texts & typeof import("./pt-order.js").texts & typeof
 * import("./pt-party.js").texts & typeof import("./pt-payment.js").texts & typeof
 * import("./pt-seat.js").texts & typeof import("./pt-tickets.js").texts} PlaceTexts
 */
/** @typedef {typeof import("./pt.js").texts & PlaceTexts} Texts with those that `addTexts` adds */
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

/** The tag of the language in force. */
export const tag = Object.hasOwn(LANGUAGES, asked) ? asked : DEFAULT;

/**
 * The gateway's own sentences are Portuguese: shown in it alone, elsewhere replaced by the page's.
 */
export const isPortuguese = tag === DEFAULT;

/**
 * Of an element whose words are the programme's own: Portuguese, whatever the page speaks.
 * @type {{lang?: string}}
 */
export const asInProgramme = isPortuguese ? {} : { lang: DEFAULT };

/** @type {Language} */
export const { dateStyle, locale, texts } = await import(`./${LANGUAGES[tag]}.js`);

/** Before anything of the place is said. @param {Place} place */
export async function addTexts(place) {
  Object.assign(texts, (await import(`./${LANGUAGES[tag]}-${place}.js`)).texts);
}
