// @ts-check
/**
 * Opens an order with the best right that this browser has: its address, its cookie, or the key
 * that the tab keeps.
 */
import { fetchOrder } from "./api.js";

/** @typedef {import("./api.js").Order} Order */
/**
 * @typedef {import("./api.js").Answer<Order> & {reference: string}} Opened `reference`: what to act
 * on the order by
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
 * Leaves the link that may be passed on in the address bar: people copy from there. A key that came
 * in the address is kept first, or stays where it is.
 * @param {string} reference @param {Order} order
 */
export function tidyAddress(reference, { pedido, link, pode_gerir }) {
  if (!pode_gerir || location.pathname === link) return;
  const [, token] = reference.split(".");
  const isKey = token && !link.endsWith(`.${token}`);
  if (!isKey || keepKey(pedido, token)) history.replaceState(null, "", link);
}

/**
 * Where the tab keeps the token that may cancel and correct an order.
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
