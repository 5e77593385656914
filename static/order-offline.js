// @ts-check
/**
 * Caches an order for use without a network: the page's files, the page without data, and the order
 * without personal data. A browser without storage or space shows the order only online.
 */

/** @typedef {import("./api.js").Order} Order */

/** As in order-worker.js, which deletes caches of other versions. */
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
    // The browser also checks for a newer worker, but only seconds after the page has loaded.
    if (registration.active) registration.update().catch(() => {});
    const cache = await caches.open(CACHE);
    await keepPage(cache);
    await keepOrder(cache, order);
  } catch {
    // Blocked, full or unsupported: nothing else depends on it.
  }
}

/** Deletes an order that does not exist any more. @param {string} link */
export async function forget(link) {
  try {
    await (await caches.open(CACHE)).delete(placeOf(link));
  } catch {
    // Nothing was kept.
  }
}

/**
 * Caches all files before the page, so that the page of before works until the new one does.
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
 * Caches the order last in line, without personal data and without the right to change it.
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
