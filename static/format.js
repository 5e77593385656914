// @ts-check
/** Money, dates and durations as the reader writes them. Money is integer centavos, times are São Paulo's. */
import { locale } from "./pt.js";

const timeZone = "America/Sao_Paulo";
const currency = { style: "currency", currency: "BRL" };
const full = new Intl.NumberFormat(locale, /** @type {any} */ (currency));
const short = new Intl.NumberFormat(locale, /** @type {any} */ ({ ...currency, trailingZeroDisplay: "stripIfInteger" }));
const day = new Intl.DateTimeFormat(locale, { timeZone, weekday: "short", day: "2-digit", month: "2-digit" });
const clock = new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** "R$ 32,00". @param {number} cents */
export const money = (cents) => full.format(cents / 100);

/** "R$ 32" where there are no centavos to tell. @param {number} cents */
export const shortMoney = (cents) => short.format(cents / 100);

/** "17h45". @param {Date} date */
export const hour = (date) => clock.format(date).replace(":", "h");

/** "sáb 13/12". @param {Date} date */
export const weekday = (date) => day.format(date).replace(".,", "").replace(".", "");

/** "sáb 13/12 · 17h45". @param {string} iso */
export function dayAndHour(iso) {
  const date = new Date(iso);
  return `${weekday(date)} · ${hour(date)}`;
}

/** "2h38" of minutes. @param {number} minutes */
export const filmLength = (minutes) => `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;

/** "3:34" of milliseconds; rounds up, so that 0:00 means that it is over. @param {number} ms */
export function minutesAndSeconds(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "5 min" or "45 s" of milliseconds. @param {number} ms */
export const roughly = (ms) => ms >= 60000 ? `${Math.round(ms / 60000)} min` : `${Math.round(ms / 1000)} s`;
