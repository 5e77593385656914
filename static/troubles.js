// @ts-check
/** What stands against paying as things are, in words, with what mends it. */
import { enumerate, t } from "./text.js";
import { needsQuota } from "./tickets.js";

/** @typedef {import("./notice.js").NoticeAction} NoticeAction */
/** @typedef {{kind: "lonely"|"companion"|"quota", text: string, offers: NoticeAction[]}} Trouble */
/** @typedef {import("./seating.js").Offer} Offer */

/** In the words for booking's own refusal. */
const TEXTS = /** @type {const} */ ({ lonely: "reason.lugar_isolado", companion: "reason.acompanhante_sem_cadeirante" });

/** @param {import("./seating.js").Problem} problem @param {(offer: Offer) => void} exchange @returns {Trouble} */
export const seatingTrouble = ({ kind, seats, offers }, exchange) => ({
  kind,
  text: t(TEXTS[kind], { n: seats.length, assentos: enumerate(seats) }),
  offers: offers.map((offer) => ({ text: offerText(offer), do: () => exchange(offer) })),
});

/** More half-price tickets are chosen than there are. @param {import("./tickets.js").Ticket[]} tickets @param {number} left @param {(seats: string[]) => void} payFull @returns {Trouble[]} */
export function quotaTrouble(tickets, left, payFull) {
  const half = tickets.filter(({ category }) => needsQuota(category)).map(({ seat }) => seat.name);
  const over = half.slice(left);
  if (!over.length) return [];
  const offer = { text: t("mend.full", { assentos: enumerate(over) }), do: () => payFull(over) };
  return [{ kind: "quota", text: t("mend.quota", { n: left }), offers: [offer] }];
}

/** @param {Offer} offer */
function offerText({ take, release }) {
  if (!release.length) return t("mend.also", { assentos: enumerate(take) });
  if (!take.length) return t("order.release", { assento: enumerate(release) });
  return t("mend.exchange", { de: enumerate(release), para: enumerate(take) });
}
