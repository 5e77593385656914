// @ts-check
/**
 * Opens an order with the strongest right of this browser: from the address, the cookie, or a key
 * kept by the tab.
 */
import { fetchOrder } from "./api.js";

/** @typedef {import("./api.js").Order} Order */
/**
 * @typedef {import("./api.js").Answer<Order> & {reference: string}} Opened `reference` is what
 *   requests on the order use
 */

/** @param {string} reference "<id>.<token>", or the id alone @returns {Promise<Opened>} */
export async function openOrder(reference) {
  const [id] = reference.split(".");
  const answer = await fetchOrder(reference);
  const key = keptKey(id);
  const settled = answer.data
    ? answer.data.pode_gerir || answer.data.guardado_em
    : answer.status !== 404;
  if (settled || !key) return { reference, ...answer };
  const managed = `${id}.${key}`;
  const better = await fetchOrder(managed);
  return better.data ? { reference: managed, ...better } : { reference, ...answer };
}

/**
 * Replaces a managing link in the address bar with the one that may be shared, since people copy it
 * from there. The key is first kept for the tab; if that fails, the address stays.
 * @param {string} reference
 * @param {Order} order
 */
export function tidyAddress(reference, { pedido, link, pode_gerir }) {
  if (!pode_gerir || location.pathname === link) return;
  const [, token] = reference.split(".");
  const isKey = token && !link.endsWith(`.${token}`);
  if (!isKey || keepKey(pedido, token)) history.replaceState(null, "", link);
}

/**
 * The storage key of the token that may cancel and correct an order.
 * @param {string} id of the order
 */
const place = (id) => `pedido:${id}`;

/** Returns whether the browser kept it. @param {string} id @param {string} key */
export function keepKey(id, key) {
  try {
    sessionStorage.setItem(place(id), key);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} id */
function keptKey(id) {
  try {
    return sessionStorage.getItem(place(id)) ?? "";
  } catch {
    return "";
  }
}
