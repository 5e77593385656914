// @ts-check
/**
 * Views: one template of the HTML at a time fills the page, with a switch between languages. The
 * chosen language is a cookie that the gateway reads, and the page reloads: its address is its
 * state, and holds belong to the buyer.
 */
import { action, make, part } from "./dom.js";
import { tag, tags } from "./language.js";
import { fillTexts, t } from "./text.js";

const COOKIE = "idioma";
const A_YEAR_S = 365 * 24 * 3600;

/** Clones a template and fills in its texts. @param {string} id of its template */
export function viewOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const view = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  fillTexts(view);
  return view;
}

/** Replaces the page's view. @param {string} id of its template */
export function show(id) {
  const view = viewOf(id);
  offerLanguages(view);
  const kept = [...document.body.children].filter((node) =>
    /^(TEMPLATE|NOSCRIPT|SCRIPT)$/.test(node.tagName),
  );
  document.body.dataset.view = id;
  document.body.replaceChildren(...kept, view);
  return document.body;
}

/**
 * A view with one message: what happened, what it means, what to do.
 * @param {string} title
 * @param {string} text
 * @param {(() => void)|null} retry null: no retry button
 */
export function showMessage(title, text, retry) {
  const view = show("message-view");
  const heading = part(view, "title");
  heading.textContent = title;
  part(view, "text").textContent = text;
  const again = action(view, "retry");
  again.hidden = retry === null;
  again.onclick = retry;
  heading.focus();
}

/** "PT" for "pt-BR". @param {string} language */
const short = (language) => language.slice(0, 2).toUpperCase();

/** @param {string} language */
function choose(language) {
  document.cookie = `${COOKIE}=${language}; path=/; max-age=${A_YEAR_S}; samesite=lax`;
  if (document.cookie.includes(`${COOKIE}=${language}`)) return location.reload();
  // Without cookies the choice goes into the address.
  const address = new URL(location.href);
  address.searchParams.set(COOKIE, language);
  location.replace(address);
}

/**
 * Reloads a page from the back-forward cache that is in the language of before a switch.
 * @param {PageTransitionEvent} event
 */
function returned({ persisted }) {
  const chosen = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(document.cookie)?.[1];
  if (persisted && chosen && chosen !== tag && tags.includes(chosen)) location.reload();
}

/** Adds the language buttons to a view. @param {ParentNode} view */
function offerLanguages(view) {
  addEventListener("pageshow", returned);
  for (const place of view.querySelectorAll("[data-part=languages]"))
    place.replaceChildren(...tags.map(button));
  for (const toggle of view.querySelectorAll("[data-action=languages]"))
    toggle.addEventListener("click", () => unfold(toggle));
}

/** In a narrow window one button unfolds the others. @param {Element} toggle */
function unfold(toggle) {
  toggle.setAttribute("aria-expanded", String(toggle.getAttribute("aria-expanded") !== "true"));
}

/** Its name is in its own language. @param {string} language */
function button(language) {
  const key = /** @type {import("./text.js").TextKey} */ (`language.${language}`);
  const name = `${short(language)}, ${t(key)}`;
  const node = make("button", {
    type: "button",
    lang: language,
    "data-language": language,
    "aria-label": name,
    "aria-pressed": String(language === tag),
    text: short(language),
  });
  node.onclick = () => language === tag || choose(language);
  return node;
}
