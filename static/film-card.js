// @ts-check
/** The film, where a wide page has room for it: in the order's column, as long as nothing is chosen. */
import { make } from "./dom.js";
import { filmLength } from "./format.js";
import { asInProgramme } from "./language.js";
import { ratingBadge } from "./rating.js";

/** @param {import("./api.js").Film} film */
export function filmCard({ titulo, duracao_min, classificacao, sinopse, art }) {
  return [
    make("img", { class: "art", src: art, alt: "", width: 400, height: 600 }),
    make("p", { class: "film-card-title", text: titulo, ...asInProgramme }),
    make("p", { class: "film-facts quiet" }, ratingBadge(classificacao), make("span", { text: filmLength(duracao_min) })),
    make("p", { class: "synopsis", text: sinopse, ...asInProgramme }),
  ];
}
