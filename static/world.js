// @ts-check
/** What happens around a map: the network, sleep and wake, the browser's cache, and the beginning of its session. */

/** Within so long after the beginning a page asks what became of its session: not all of them at the same moment. */
const BEGUN_MS = 10000;
/** A timer of more than 24 days would not wait at all. */
const LONGEST_MS = 2 ** 31 - 1 - BEGUN_MS;

/**
 * The line and the session are checked instead of believed.
 * @param {import("./connection.js").Connection} connection @param {import("./sales.js").Sales} sales @param {() => void} lineChanged
 */
export function watchTheWorld(connection, sales, lineChanged) {
  for (const news of ["online", "offline"]) {
    addEventListener(news, () => {
      lineChanged();
      connection.doubt();
    });
  }
  addEventListener("pagehide", () => connection.stop());
  addEventListener("pageshow", () => {
    connection.start();
    void sales.freshen();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    connection.doubt();
    void sales.freshen();
  });
  const left = Date.parse(sales.session.inicio) - Date.now();
  if (left > 0 && left < LONGEST_MS) setTimeout(() => void sales.freshen(0), left + Math.random() * BEGUN_MS);
}
