// @ts-check
/**
 * The switch between languages. The choice is a cookie that the gateway reads; the page is loaded
 * anew in it, and everything is still there: the address is the state, and holds are the buyer's.
 */
import { tag, tags } from "./language.js";
import { t } from "./text.js";

const COOKIE = "idioma";
const A_YEAR_S = 365 * 24 * 3600;

/** What is shown of "pt-BR". @param {string} language */
const short = (language) => language.slice(0, 2).toUpperCase();

/** @param {string} language */
function choose(language) {
  document.cookie = `${COOKIE}=${language}; path=/; max-age=${A_YEAR_S}; samesite=lax`;
  if (document.cookie.includes(`${COOKIE}=${language}`)) return location.reload();
  // A browser that keeps no cookie takes the choice in the address.
  const address = new URL(location.href);
  address.searchParams.set(COOKIE, language);
  location.replace(address);
}

/** A page that the browser kept from before a switch would speak the old language. @param {PageTransitionEvent} event */
function returned({ persisted }) {
  const chosen = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(document.cookie)?.[1];
  if (persisted && chosen && chosen !== tag && tags.includes(chosen)) location.reload();
}

/** Fills every place of a view that is meant for it. @param {ParentNode} view */
export function offerLanguages(view) {
  addEventListener("pageshow", returned);
  for (const place of view.querySelectorAll("[data-part=languages]")) place.replaceChildren(...tags.map(button));
  for (const toggle of view.querySelectorAll("[data-action=languages]")) toggle.addEventListener("click", () => unfold(toggle));
}

/** Where there is little room, a button stands for them. @param {Element} toggle */
function unfold(toggle) {
  toggle.setAttribute("aria-expanded", String(toggle.getAttribute("aria-expanded") !== "true"));
}

/** Named by its own language, whatever the page's is. @param {string} language */
function button(language) {
  const node = document.createElement("button");
  node.type = "button";
  node.lang = language;
  node.dataset.language = language;
  node.textContent = short(language);
  node.setAttribute("aria-label", `${short(language)}, ${t(/** @type {import("./text.js").TextKey} */ (`language.${language}`))}`);
  node.setAttribute("aria-pressed", String(language === tag));
  node.onclick = () => language === tag || choose(language);
  return node;
}
