// @ts-check
/** Validation of a buyer's name: the same rules as cinema/names.py, with the same constants. */
import { tidied } from "./typed-text.js";

/** @typedef {"empty"|"short"|"long"|"signs"|"address"|""} NameFault */

const SHORTEST = 2;
const LONGEST = 120;
/** A longer text is refused unread. */
const MOST_READ = 1000;
/** Control, format and other invisible characters. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
const BLANK =
  /[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/u;
const JOINED =
  "\\u0600-\\u0dff\\u1000-\\u109f\\u1780-\\u18af\\ua840-\\ua87f\\ufb50-\\ufdff\\ufe70-\\ufefc\\u{11000}-\\u{11fff}";
const IDEOGRAPH = "\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
/** Joiners and variation selectors that shape the letter before them. */
const SHAPING = new RegExp(
  `([${JOINED}])[\\u200c\\u200d]|([\\u1800-\\u18aa])[\\u180b-\\u180d\\u180f]` +
    `|([${IDEOGRAPH}])[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]`,
  "gu",
);
const ADDRESS = new RegExp(
  "[@/\\\\]|[a-z]{2,}:\\S|www[.。]|[\\p{L}\\p{N}_-]{2,}[.。][\\p{L}\\p{N}_]{2,}" +
    "|[\\p{L}\\p{N}_][.。][\\p{L}\\p{N}_]{2,3}(?![\\p{L}\\p{N}_])|\\p{Nd}[.。]\\p{Nd}",
  "iu",
);
const ODD = /[<>]|^[\p{Sm}\p{Pd}\p{M}%％]|\p{M}{7}/u;

/** @param {string} text */
const withoutShaping = (text) => text.replace(SHAPING, "$1$2$3");

/** @param {string} text @returns {NameFault} */
export function faultOfName(text) {
  if (text.length > MOST_READ) return "long";
  const typed = tidied(text).normalize("NFC");
  const name = typed.replace(/\s+/g, " ").trim();
  const plain = withoutShaping(name);
  if (!name) return "empty";
  const raw = withoutShaping(typed);
  if (UNSEEN.test(raw) || BLANK.test(raw) || ODD.test(plain)) return "signs";
  if (ADDRESS.test(plain.normalize("NFKC").replace(/\p{M}/gu, ""))) return "address";
  const { length } = [...name];
  if (length < SHORTEST) return "short";
  if (length > LONGEST) return "long";
  return /\p{L}/u.test(plain) ? "" : "signs";
}
