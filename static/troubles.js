// @ts-check
/** What stands against paying as things are, in words, with what mends it. */
import { enumerate, t } from "./text.js";
import { needsQuota } from "./tickets.js";

/** @typedef {import("./notice.js").NoticeAction} NoticeAction */
/** @typedef {{kind: "sozinha"|"acompanhante"|"cota", text: string, offers: NoticeAction[]}} Trouble */
/** @typedef {import("./seating.js").Offer} Offer */

/** In the words for booking's own refusal. */
const TEXTS = /** @type {const} */ ({ sozinha: "motivo.lugar_isolado", acompanhante: "motivo.acompanhante_sem_cadeirante" });

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
  const offer = { text: t("regra.inteira", { assentos: enumerate(over) }), do: () => payFull(over) };
  return [{ kind: "cota", text: t("regra.cota", { n: left }), offers: [offer] }];
}

/** @param {Offer} offer */
function offerText({ take, release }) {
  if (!release.length) return t("regra.tambem", { assentos: enumerate(take) });
  if (!take.length) return t("pedido.soltar", { assento: enumerate(release) });
  return t("regra.trocar", { de: enumerate(release), para: enumerate(take) });
}
