// @ts-check
/**
 * The token that may cancel and correct an order, kept for the tab: without the buyer's cookie it is what is left. A
 * browser may refuse to keep anything.
 */

/** @param {string} id of the order */
const place = (id) => `pedido:${id}`;

/** Whether it is kept. @param {string} id @param {string} key */
export function keepKey(id, key) {
  try {
    sessionStorage.setItem(place(id), key);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} id */
export function keptKey(id) {
  try {
    return sessionStorage.getItem(place(id)) ?? "";
  } catch {
    return "";
  }
}
