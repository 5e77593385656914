// @ts-check
/** The film, where a wide page has room for it: in the order's column, as long as nothing is chosen. */
import { make } from "./dom.js";
import { filmLength } from "./format.js";
import { asInProgramme } from "./language.js";
import { t } from "./text.js";

const OFFICIAL = ["L", "10", "12", "14", "16", "18"];

/** @param {import("./api.js").Film} film */
export function filmCard({ titulo, duracao_min, classificacao, sinopse, art }) {
  return [
    make("img", { class: "art", src: art, alt: "", width: 400, height: 600 }),
    make("p", { class: "film-card-title", text: titulo, ...asInProgramme }),
    make("p", { class: "film-facts quiet" }, ratingBadge(classificacao), make("span", { text: filmLength(duracao_min) })),
    make("p", { class: "synopsis", text: sinopse, ...asInProgramme }),
  ];
}

/** The age rating as the coloured square that Brazil's films carry, and in words for ears. @param {string} rating of the programme, which may say something else */
export function ratingBadge(rating) {
  if (!OFFICIAL.includes(rating)) return make("span", { text: t("programme.rating", { idade: rating }) });
  const spoken = t("programme.rating", { idade: rating === "L" ? t("rating.all") : t("rating.age", { n: Number(rating) }) });
  return make("span", { class: "rating", "data-rating": rating },
    make("span", { "aria-hidden": "true", text: rating }), make("span", { class: "unseen", text: spoken }));
}
