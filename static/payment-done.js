// @ts-check
/**
 * The moment after paying: the tickets follow by themselves. Whoever touches a key or the page wants to stay, and for
 * whoever wants nothing to move nothing does: the link is there.
 */

const READING_MS = 3500;

/** @param {HTMLDialogElement} dialog @param {HTMLElement} link to the tickets */
export function followByItself(dialog, link) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const timer = setTimeout(() => link.click(), READING_MS);
  const stay = () => {
    clearTimeout(timer);
    dialog.removeAttribute("data-leaving");
  };
  dialog.setAttribute("data-leaving", "");
  for (const event of ["pointerdown", "keydown", "close"]) dialog.addEventListener(event, stay, { once: true });
}
