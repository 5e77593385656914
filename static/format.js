// @ts-check
/**
 * Money, dates and durations in the reader's format. Money is integer centavos; times are São
 * Paulo's.
 */
import { dateStyle, locale } from "./language.js";
import { t } from "./text.js";

const timeZone = "America/Sao_Paulo";
const currency = { style: "currency", currency: "BRL", currencyDisplay: "narrowSymbol" };
const full = new Intl.NumberFormat(locale, /** @type {any} */ (currency));
const short = new Intl.NumberFormat(
  locale,
  /** @type {any} */ ({ ...currency, trailingZeroDisplay: "stripIfInteger" }),
);
const day = new Intl.DateTimeFormat(locale, {
  timeZone,
  weekday: "short",
  day: "2-digit",
  month: dateStyle.month,
});
const clock = new Intl.DateTimeFormat(locale, {
  timeZone,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** "R$ 32,00". @param {number} cents */
export const money = (cents) => full.format(cents / 100);

/** "R$ 32" without centavos, else "R$ 32,50". @param {number} cents */
export const shortMoney = (cents) => short.format(cents / 100);

/** @param {"hour"|"minute"|"second"} unit @param {"narrow"|"short"} unitDisplay */
const amounts = (unit, unitDisplay) =>
  new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay });
const hours = amounts("hour", "narrow");
const minutes = amounts("minute", "narrow");
const wholeMinutes = amounts("minute", "short");
const wholeSeconds = amounts("second", "short");

/** "17h45" and "5h" in Brazil, else "17:45" and "05:00". @param {Date} date */
export const hour = (date) =>
  dateStyle.hourSign === ":"
    ? clock.format(date)
    : clock.format(date).replace(/^0?(\d+):(?:00)?/, `$1${dateStyle.hourSign}`);

/** "sáb 13/12". @param {Date} date */
export const weekday = (date) => day.format(date).replace(/[.,]/g, "");

/** São Paulo's calendar. The Swedish format is ISO 8601: 2026-12-13. */
const calendar = new Intl.DateTimeFormat("sv", { timeZone });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
/** "2026-12-13". @param {Date} date */
export const isoDay = (date) => calendar.format(date);
/** @param {Date} date */
const dayNumber = (date) => Date.parse(calendar.format(date)) / 86400000;

/**
 * "hoje, sáb 13/12", "amanhã, dom 14/12", later "seg 15/12".
 * @param {Date} date
 * @param {Date} [now]
 */
export function dayNear(date, now = new Date()) {
  const days = dayNumber(date) - dayNumber(now);
  return (days === 0 || days === 1 ? `${relative.format(days, "day")}, ` : "") + weekday(date);
}

/** @param {string} [timeZone] default: the reader's zone */
const moments = (timeZone) =>
  new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "short" });
const [here, there] = [moments(), moments(timeZone)];

/** Whether the reader's clocks show another time than the cinema's. @param {Date} date */
export const isElsewhere = (date) => here.format(date) !== there.format(date);

/** "17h45", with the zone's name for a reader in another zone. @param {Date} date */
export const namedHour = (date) => hour(date) + (isElsewhere(date) ? ` (${t("time.zone")})` : "");

/** "sáb 13/12 · 17h45". @param {string} iso */
export function dayAndHour(iso) {
  const date = new Date(iso);
  return `${weekday(date)} · ${namedHour(date)}`;
}

/** "2 h 38 min" of minutes. @param {number} length */
export function filmLength(length) {
  const [whole, rest] = [Math.floor(length / 60), length % 60];
  return [whole && hours.format(whole), rest && minutes.format(rest)].filter(Boolean).join(" ");
}

/** "3:34" of milliseconds; rounds up: 0:00 is the end. @param {number} ms */
export function minutesAndSeconds(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "5 min" or "45 s" of milliseconds. @param {number} ms */
export const roughly = (ms) =>
  ms >= 60000
    ? wholeMinutes.format(Math.round(ms / 60000))
    : wholeSeconds.format(Math.round(ms / 1000));
