// @ts-check
/**
 * The service worker of `/pedido/`: tickets that were opened once are shown without a network, too.
 * What is kept the page has put there (order-offline.js); this only answers with it where the
 * network does not answer.
 */
const CACHE = "pedidos-1";
const SHELL = "/pedido/";
/** On a connection that is there in name only. */
const PATIENCE_MS = 4000;

const worker = /** @type {any} */ (self);
worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forgetOlder()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const answer = answerTo(event.request);
  if (answer) event.respondWith(answer);
});

/** What an earlier version of this file kept. */
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
 * A file of one revision never changes, nor does a film's picture at its address.
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

/** A browser that lets nothing be kept has nothing. @param {RequestInfo} request */
const kept = (request) => caches.match(request, { ignoreVary: true }).catch(() => undefined);
