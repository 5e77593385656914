// @ts-check
/**
 * The service worker of `/pedido/`: shows tickets that were opened before without a network. The
 * page fills the cache (order-offline.js); the worker answers from it if the network does not.
 */
const CACHE = "pedidos-1";
const SHELL = "/pedido/";
/** How long to wait for a network that accepts connections and does not answer. */
const PATIENCE_MS = 4000;

const worker = /** @type {any} */ (self);
worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forgetOlder()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const answer = answerTo(event.request);
  if (answer) event.respondWith(answer);
});

/** Deletes the caches of earlier versions. */
async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(
    names
      .filter((name) => name.startsWith("pedidos-") && name !== CACHE)
      .map((name) => caches.delete(name)),
  );
}

/** @param {Request} request @returns {Promise<Response>|null} null: none of our business */
function answerTo(request) {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return null;
  if (/^\/(static\/v-|arte\/)/.test(pathname)) return keptOrFetched(request);
  if (request.mode === "navigate") return fetchedOrKept(request, SHELL);
  return /^\/api\/pedidos\/[^/]+$/.test(pathname) ? fetchedOrKept(request, pathname) : null;
}

/**
 * Cache first: a file of one revision never changes, nor does a film's picture at its address.
 * @param {Request} request
 */
async function keptOrFetched(request) {
  return (await kept(request)) ?? fetch(request);
}

/** @param {Request} request @param {string} place where it is kept */
async function fetchedOrKept(request, place) {
  const network = fetch(request);
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([network.catch(() => null), patience]);
  if (answer && answer.status < 500) return answer;
  return (await kept(place)) ?? network;
}

/** A browser may block the cache. @param {RequestInfo} request */
const kept = (request) => caches.match(request, { ignoreVary: true }).catch(() => undefined);
