// @ts-check
/**
 * Keeps an order for when there is no network: the page's files, the page without data, and the
 * order as it is now, without its buyer. A browser that lets nothing be kept, or has no room, shows
 * it all the same, while there is a network.
 */

/** @typedef {import("./api.js").Order} Order */

/** As in order-worker.js, which forgets those of other versions. */
const CACHE = "pedidos-1";
const SHELL = "/pedido/";
const WORKER = "/static/order-worker.js";
const MOST_ORDERS = 30;
const FILES = /^\/static\/(v-[0-9a-f]+)\//;

/** @param {string} link the order's path */
const placeOf = (link) => `/api${link.replace("/pedido/", "/pedidos/")}`;

/** @param {Order} order */
export async function keepForOffline(order) {
  try {
    const registration = await navigator.serviceWorker.register(WORKER, { scope: SHELL });
    // The browser looks for a newer worker, too, but seconds after the page has loaded.
    if (registration.active) registration.update().catch(() => {});
    const cache = await caches.open(CACHE);
    await keepPage(cache);
    await keepOrder(cache, order);
  } catch {
    // Blocked, full, or no such thing in this browser: nothing else depends on it.
  }
}

/** There is no such order any more. @param {string} link */
export async function forget(link) {
  try {
    await (await caches.open(CACHE)).delete(placeOf(link));
  } catch {
    // Nothing was kept.
  }
}

/**
 * All files first: the page that was kept before works until this one does.
 * @param {Cache} cache
 */
async function keepPage(cache) {
  const files = performance
    .getEntriesByType("resource")
    .map(({ name }) => new URL(name).pathname)
    .filter((path) => FILES.test(path));
  const revision = FILES.exec(files[0] ?? "")?.[1];
  if (!revision) return;
  for (const file of new Set(files)) if (!(await cache.match(file))) await cache.add(file);
  const shell = await fetch(SHELL);
  const html = await shell.clone().text();
  if (!shell.ok || !html.includes(`/static/${revision}/`)) return;
  await cache.put(SHELL, shell);
  for (const { url } of await cache.keys()) {
    const [, other] = FILES.exec(new URL(url).pathname) ?? [];
    if (other && other !== revision) await cache.delete(url);
  }
}

/**
 * The newest last; what is shown from here names nobody and changes nothing.
 * @param {Cache} cache
 * @param {Order} order
 */
async function keepOrder(cache, order) {
  const shown = {
    ...order,
    pode_gerir: false,
    nome: "",
    cpf: "",
    email: "",
    email_motivo: "",
    guardado_em: new Date().toISOString(),
  };
  const place = placeOf(order.link);
  if (order.sessao.filme.art) await cache.add(order.sessao.filme.art).catch(() => {});
  await cache.delete(place);
  await cache.put(
    place,
    new Response(JSON.stringify(shown), { headers: { "content-type": "application/json" } }),
  );
  const orders = (await cache.keys()).filter(({ url }) =>
    new URL(url).pathname.startsWith("/api/"),
  );
  for (const oldest of orders.slice(0, -MOST_ORDERS)) await cache.delete(oldest);
}
