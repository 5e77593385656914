// @ts-check
/** What a seat is called, seen and heard. */
import { money } from "./format.js";
import { hasText, t } from "./text.js";

/** @typedef {import("./room.js").Seat} Seat */
/** @typedef {import("./store.js").SeatState} SeatState */

/** Kinds that are shown by an icon instead of the seat's number. */
const WITH_ICON = new Set(["cadeirante", "acompanhante", "mobilidade_reduzida", "obeso", "casal"]);

/** @param {string} kind */
export const hasIcon = (kind) => WITH_ICON.has(kind);

/** @param {string} kind one that this page does not know yet is shown by its name */
export function kindText(kind) {
  const key = `tipo.${kind}`;
  return hasText(key) ? t(key) : kind;
}

/**
 * "Fila A, poltrona 14, cadeirante, livre, R$ 32,00"; short, within a list of its row: "14, cadeirante, …".
 * @param {Seat} seat @param {SeatState} state @param {boolean} [short]
 */
export function seatName(seat, state, short = false) {
  return t(short ? "assento.curto" : "assento.nome", {
    fila: seat.row, numero: seat.number, estado: t(`estado.${state}`), preco: money(seat.price),
    tipo: seat.kind === "comum" ? "" : `${kindText(seat.kind).toLowerCase()}, `,
  });
}
