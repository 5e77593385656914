// @ts-check
/** Cleans typed and pasted text. The same rules as cinema/typed_text.py. */

/** Soft hyphen, zero-width space, direction marks, word joiner, byte order mark: all invisible. */
const UNSEEN = /[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]/g;
/** Phones and chats put direction controls around a copied name or address. */
const AROUND = /^[\s\u202a-\u202e\u2066-\u2069]+|[\s\u202a-\u202e\u2066-\u2069]+$/g;
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/**
 * Without invisible characters and surrounding space. A tab inside becomes a space.
 * @param {string} text
 */
export const tidied = (text) => text.replace(UNSEEN, "").replace(/\t/g, " ").replace(AROUND, "");

/** Full-width letters, digits and signs of Japanese keyboards become ASCII. @param {string} text */
export const narrow = (text) =>
  text.replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
