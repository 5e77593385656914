// @ts-check
/** Puts what the order page alone says beside what every page says, in the language in force. */
import { tag, texts } from "./language.js";

/** @type {Record<string, () => Promise<{texts: import("./language.js").OrderTexts}>>} */
const LANGUAGES = {
  "pt-BR": () => import("./pt-order.js"),
  en: () => import("./en-order.js"),
  es: () => import("./es-order.js"),
};

Object.assign(texts, (await LANGUAGES[tag]()).texts);
