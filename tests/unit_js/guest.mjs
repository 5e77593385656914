import { Seating } from "../../static/seating.js";
import { room } from "./hall.mjs";

/**
 * A buyer in a hall, and what the page finds wrong. `taken` is "A01 A05": there before the buyer;
 * `later` come after his choice; `unheard` were there before, but the map hears of them only
 * together with the buyer's own hold.
 */
export function problems(
  rows,
  { mine, taken = "", later = "", unheard = "", limit = 6, bought = "" },
) {
  const hall = room(...rows);
  const list = (names) => names.split(" ").filter(Boolean);
  const gone = new Set(list(taken));
  let onMap = !unheard;
  const state = (seat) =>
    gone.has(seat)
      ? list(bought).includes(seat)
        ? "bought"
        : "sold"
      : list(mine).includes(seat)
        ? "mine"
        : "free";
  const seating = new Seating(hall, limit, state, () => onMap);
  const seats = list(mine).map((name) => hall.seats.get(name));
  seating.problems(seats);
  for (const seat of list(unheard)) gone.add(seat);
  onMap = true;
  seating.problems(seats);
  for (const seat of list(later)) gone.add(seat);
  return seating.problems(seats);
}

/** As booking names what is wrong: the reason's seats, separated by spaces. */
export function verdict({ rows, ...facts }) {
  const found = problems(rows, facts);
  const seats = (kind) =>
    found
      .filter((problem) => problem.kind === kind)
      .flatMap((problem) => problem.seats)
      .join(" ");
  return { lugar_isolado: seats("lonely"), acompanhante_sem_cadeirante: seats("companion") };
}
