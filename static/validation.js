// @ts-check
/**
 * Validation of the payment form, for an immediate message beside the field. The gateway validates
 * again and is the authority.
 */

import { faultOfName } from "./names.js";
import { narrow } from "./typed-text.js";

/** @typedef {import("./text.js").TextKey} TextKey */
/**
 * @typedef {{nomeCompleto: string, cpf: string, email: string}} Person an empty `cpf`: a buyer
 * without one
 */
/**
 * @typedef {Person & {forma: string}} Payment `forma`: pix, cartao, cartao_recusado; empty where
 * nothing is to be paid
 */

/** The digits of a text such as "CPF: 123.456.789-09". @param {string} text */
export const digitsOf = (text) => narrow(text).replace(/\D/g, "");

/** @param {string} digits the digits before the check digit, whose weights end at 2 */
function checkDigit(digits) {
  const sum = [...digits].reduce(
    (total, digit, i) => total + Number(digit) * (digits.length + 1 - i),
    0,
  );
  return ((sum * 10) % 11) % 10;
}

/** Eleven digits, not all equal, with both mod-11 check digits right. @param {string} text */
export function isCpf(text) {
  const digits = digitsOf(text);
  return (
    digits.length === 11 &&
    !/^(\d)\1*$/.test(digits) &&
    checkDigit(digits.slice(0, 9)) === Number(digits[9]) &&
    checkDigit(digits.slice(0, 10)) === Number(digits[10])
  );
}

/** "123.456.789-09", also while incomplete. @param {string} text */
export function maskCpf(text) {
  const [, a, b, c, d] = /^(\d{0,3})(\d{0,3})(\d{0,3})(\d{0,2})/.exec(digitsOf(text)) ?? [];
  return [a, b, c].filter(Boolean).join(".") + (d ? `-${d}` : "");
}

/** @param {string} text @returns {TextKey | ""} */
export function nameFault(text) {
  const fault = faultOfName(text);
  return fault && `fault.name_${fault}`;
}

/** @param {string} text @param {boolean} withoutCpf @returns {TextKey | ""} */
export function cpfFault(text, withoutCpf) {
  const length = digitsOf(text).length;
  if (withoutCpf) return "";
  if (!length) return "fault.cpf_empty";
  if (length < 11) return "fault.cpf_short";
  return isCpf(text) ? "" : "fault.cpf_invalid";
}
