// @ts-check
/**
 * The film, the prices and who pays half: in the order column of a wide window, until a seat is
 * chosen.
 */
import { make } from "./dom.js";
import { filmLength, shortMoney } from "./format.js";
import { asInProgramme } from "./language.js";
import { ratingBadge } from "./rating.js";
import { kindText } from "./seat-text.js";
import { t } from "./text.js";
import { priceOf } from "./tickets.js";

/** @param {import("./api.js").Film} film @param {import("./room.js").Room} room */
export function filmCard({ titulo, duracao_min, classificacao, sinopse, art }, room) {
  return [
    make("img", { class: "art", src: art, alt: "", width: 400, height: 600 }),
    make("p", { class: "film-card-title", text: titulo, ...asInProgramme }),
    make(
      "p",
      { class: "film-facts quiet" },
      ratingBadge(classificacao),
      make("span", { text: filmLength(duracao_min) }),
    ),
    make("p", { class: "synopsis", text: sinopse, ...asInProgramme }),
    ...priceList(room),
  ];
}

/**
 * Kinds that cost as much as an ordinary seat are left out.
 * @param {import("./room.js").Room} room
 */
function priceList(room) {
  const kinds = room.kinds();
  const shown = [...kinds].filter(
    ([kind, price]) => kind === "comum" || price !== kinds.get("comum"),
  );
  const terms = shown.flatMap(([kind, price]) => [
    make("dt", { text: kindText(kind) }),
    make("dd", {
      text: t("price.both", {
        full: shortMoney(price),
        half: shortMoney(priceOf("meia_estudante", price)),
      }),
    }),
  ]);
  return [
    make("dl", { class: "price-list" }, ...terms),
    make("p", { class: "quiet", text: t("price.half") }),
  ];
}
