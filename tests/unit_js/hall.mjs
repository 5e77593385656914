import { Room } from "../../static/room.js";

const KINDS = {
  C: "cadeirante",
  A: "acompanhante",
  P: "premium",
  D: "casal",
  M: "mobilidade_reduzida",
  O: "obeso",
};

/** Rows as in "A ..C_.": a mark for each place, `_` for a gap. */
export const room = (...rows) =>
  new Room(
    rows.map((text) => {
      const [nome, marks] = text.split(" ");
      let number = 0;
      const lugares = [...(marks ?? "")].map((mark) =>
        mark === "_"
          ? null
          : {
              assento: nome + String(++number).padStart(2, "0"),
              tipo: KINDS[mark] ?? "comum",
              preco: mark === "C" ? 2000 : 3200,
            },
      );
      return { nome, lugares };
    }),
  );
