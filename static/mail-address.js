// @ts-check
/**
 * Validation of e-mail addresses, for payments and corrections: the same rules as
 * cinema/mail_address.py.
 */

import { narrow, tidied } from "./typed-text.js";

/** @typedef {import("./text.js").TextKey} TextKey */

const LONGEST_EMAIL = 254;
/**
 * The local part as in `<input type="email">` by the HTML standard. The mail quotes it if its dots
 * require that.
 */
const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_\x60{|}~-]+$/;
const LONGEST_LOCAL_PART = 64;
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);
const LETTERS = /^[\p{L}\p{M}\p{Nd}.\xb7\u3002\uff0e\uff61-]+$/u;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** By UTS 46, as on the server. @param {string} domain */
function asciiDomain(domain) {
  if (!BEYOND_ASCII.test(domain) || !LETTERS.test(domain)) return domain;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return "";
  }
}

/** The address in what was typed or pasted. @param {string} text */
export const addressIn = (text) => narrow(tidied(text));

/** The fault of an address; empty if it is valid. @param {string} text @returns {TextKey | ""} */
export function emailFault(text) {
  const email = addressIn(text);
  if (!email) return "fault.email_empty";
  const [, local, typed] = /^(.*)@(.*)$/s.exec(email) ?? ["", "", ""];
  const domain = asciiDomain(typed);
  if (!DOMAIN.test(domain)) return "fault.email_invalid";
  if (BEYOND_ASCII.test(local)) return "fault.email_accents";
  const length = local.length + (/^\.|\.\.|\.$/.test(local) ? 2 : 0);
  return LOCAL_PART.test(local) &&
    !local.includes("=?") &&
    length <= LONGEST_LOCAL_PART &&
    length + domain.length < LONGEST_EMAIL
    ? ""
    : "fault.email_invalid";
}
