// @ts-check
/** Names of seats, rows and kinds, for eyes and for screen readers. */
import { money } from "./format.js";
import { hasText, t } from "./text.js";

/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {import("./store.js").SeatState} SeatState */

/** Taken by somebody else: the name has no price. */
const GONE = new Set(["held", "sold"]);

/** Kinds shown by an icon instead of the seat's number. */
const WITH_ICON = new Set(["cadeirante", "acompanhante", "mobilidade_reduzida", "obeso", "casal"]);

/** @param {string} kind */
export const hasIcon = (kind) => WITH_ICON.has(kind);

/** @param {string} kind an unknown kind is shown by its wire name */
export function kindText(kind) {
  const key = `kind.${kind}`;
  return hasText(key) ? t(key) : kind;
}

/**
 * "Fila AA", "Fila AA · Mezanino" where a block of rows begins.
 * @param {import("./room.js").Row} row
 */
export const rowName = ({ name, block }) =>
  [t("row", { row: name }), block].filter(Boolean).join(" · ");

/** A special kind in words, for readers who see no icon; else empty. @param {Seat} seat */
export function spokenKind({ kind, partner }) {
  if (kind === "comum") return "";
  const key = `spoken.${kind}`;
  return hasText(key) && (kind !== "casal" || partner)
    ? t(key, { other: partner })
    : kindText(kind).toLowerCase();
}

/**
 * "Fila A, poltrona 14, acompanhante de cadeirante, livre, R$ 32,00".
 * @param {Seat} seat
 * @param {SeatState} state
 */
export function seatName(seat, state) {
  const special = spokenKind(seat);
  return t("seat.name", {
    row: seat.row,
    number: seat.number,
    state: t(`state.${state}`),
    kind: special && `${special}, `,
    price: GONE.has(state) ? "" : `, ${money(seat.price)}`,
  });
}
