// @ts-check
/**
 * The primitives of every view: find a part, make an element. Text is only ever set as text, never
 * as HTML.
 */

const SVG = "http://www.w3.org/2000/svg";
/** In the folder of this module, of the same revision. */
const ICONS = new URL("icons.svg", import.meta.url).pathname;

/**
 * The element with this `data-part`. Throws if the view has none, which is a bug in the page.
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLElement}
 */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`the view has no part ${name}`);
  return /** @type {HTMLElement} */ (found);
}

/**
 * The button with this `data-action`.
 * @param {ParentNode} root
 * @param {string} name
 * @returns {HTMLButtonElement}
 */
export function action(root, name) {
  const found = root.querySelector(`[data-action="${name}"]`);
  if (!found) throw new Error(`the view has no action ${name}`);
  return /** @type {HTMLButtonElement} */ (found);
}

/**
 * A new element; `text` is its content, the rest its attributes.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, string|number>} [attributes] @param {...(Node|string)}
 * children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = String(value);
    else node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

/** The last text that the page set on each element. @type {WeakMap<Element, string>} */
const lastTexts = new WeakMap();

/**
 * Sets a text only if it changed, so that a browser's translation of it stays.
 * @param {Element} node
 * @param {string} text
 */
export function say(node, text) {
  if (lastTexts.get(node) === text) return;
  lastTexts.set(node, text);
  node.textContent = text;
}

/**
 * A new element of a drawing.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Node} children
 */
export function drawing(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** @param {string} name a symbol of icons.svg */
export const icon = (name) =>
  drawing(
    "svg",
    { class: "icon", "aria-hidden": "true" },
    drawing("use", { href: `${ICONS}#${name}` }),
  );
