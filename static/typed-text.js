// @ts-check
/** What people paste with what they mean. The same rules as cinema/typed_text.py. */

/**
 * Soft hyphen, zero-width space, marks of direction, word joiner, byte order mark: a reader sees
 * the same without them.
 */
const UNSEEN = /[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]/g;
/** Phones and chats copy a name or an address between controls of direction. */
const AROUND = /^[\s\u202a-\u202e\u2066-\u2069]+|[\s\u202a-\u202e\u2066-\u2069]+$/g;
const FULL_WIDTH = /[\uff01-\uff5e]/g;

/**
 * Without what nobody sees, and without what stands around it. A tab within is a space.
 * @param {string} text
 */
export const tidied = (text) => text.replace(UNSEEN, "").replace(/\t/g, " ").replace(AROUND, "");

/**
 * Full-width letters, digits and signs, as Japanese keyboards write them, in ASCII.
 * @param {string} text
 */
export const narrow = (text) =>
  text.replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
