// @ts-check
/** The age rating as the coloured square that Brazil's films carry, and in words for ears. */
import { make } from "./dom.js";
import { t } from "./text.js";

const OFFICIAL = ["L", "10", "12", "14", "16", "18"];

/** @param {string} rating of the programme, which may say something else */
export function ratingBadge(rating) {
  if (!OFFICIAL.includes(rating))
    return make("span", { text: t("programme.rating", { age: rating }) });
  const spoken = t("programme.rating", {
    age: rating === "L" ? t("rating.all") : t("rating.age", { n: Number(rating) }),
  });
  return make(
    "span",
    { class: "rating", "data-rating": rating },
    make("span", { "aria-hidden": "true", text: rating }),
    make("span", { class: "unseen", text: spoken }),
  );
}
