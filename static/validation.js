// @ts-check
/**
 * What the payment form may be sent with. The gateway checks again and is the authority; this
 * tells the reader at once, beside the field.
 */

import { faultOfName } from "./names.js";

/** @typedef {import("./text.js").TextKey} TextKey */
/** @typedef {{nomeCompleto: string, cpf: string, email: string}} Person an empty `cpf`: a buyer without one */
/** @typedef {Person & {forma: string}} Payment `forma`: pix, cartao, cartao_recusado; empty where nothing is to be paid */

const LONGEST_EMAIL = 254;
/** As `<input type="email">` by the HTML standard. What is sent quotes it where its dots need that. */
const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_\x60{|}~-]+$/;
const LONGEST_LOCAL_PART = 64;
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);
const LETTERS = /^[\p{L}\p{M}\p{Nd}.\xb7\u3002\uff0e\uff61-]+$/u;
const BEYOND_ASCII = /[^\0-\x7f]/;
/** @type {Record<import("./names.js").NameFault, TextKey | "">} */
const NAME_FAULTS = {
  "": "", vazio: "erro.nome_vazio", curto: "erro.nome_curto", longo: "erro.nome_longo", sinais: "erro.nome_sinais", endereco: "erro.nome_endereco",
};

/** @param {string} text */
const digitsOf = (text) => text.replace(/\D/g, "");

/** @param {string} digits the digits before the check digit, whose weights end at 2 */
function checkDigit(digits) {
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (digits.length + 1 - i), 0);
  return (sum * 10) % 11 % 10;
}

/** Eleven digits, not all equal, both mod-11 check digits right. @param {string} text */
export function isCpf(text) {
  const digits = digitsOf(text);
  return digits.length === 11 && !/^(\d)\1*$/.test(digits)
    && checkDigit(digits.slice(0, 9)) === Number(digits[9])
    && checkDigit(digits.slice(0, 10)) === Number(digits[10]);
}

/** "123.456.789-09" as far as it is typed. @param {string} text */
export function maskCpf(text) {
  const [, a, b, c, d] = /^(\d{0,3})(\d{0,3})(\d{0,3})(\d{0,2})/.exec(digitsOf(text)) ?? [];
  return [a, b, c].filter(Boolean).join(".") + (d ? `-${d}` : "");
}

/** @param {string} text @returns {TextKey | ""} */
export const nameFault = (text) => NAME_FAULTS[faultOfName(text)];

/** @param {string} text @param {boolean} withoutCpf @returns {TextKey | ""} */
export function cpfFault(text, withoutCpf) {
  const length = digitsOf(text).length;
  if (withoutCpf) return "";
  if (!length) return "erro.cpf_vazio";
  if (length < 11) return "erro.cpf_curto";
  return isCpf(text) ? "" : "erro.cpf_invalido";
}

/** By UTS 46, as the server does it. @param {string} domain */
function asciiDomain(domain) {
  if (!BEYOND_ASCII.test(domain) || !LETTERS.test(domain)) return domain;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return "";
  }
}

/** The same rules as cinema/mail_address.py. @param {string} text @returns {TextKey | ""} */
export function emailFault(text) {
  const email = text.trim();
  if (!email) return "erro.email_vazio";
  const [, local, typed] = /^(.*)@(.*)$/s.exec(email) ?? ["", "", ""];
  const domain = asciiDomain(typed);
  if (!DOMAIN.test(domain)) return "erro.email_invalido";
  if (BEYOND_ASCII.test(local)) return "erro.email_acentos";
  const length = local.length + (/^\.|\.\.|\.$/.test(local) ? 2 : 0);
  return LOCAL_PART.test(local) && !local.includes("=?")
    && length <= LONGEST_LOCAL_PART && length + domain.length < LONGEST_EMAIL ? "" : "erro.email_invalido";
}
