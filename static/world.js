// @ts-check
/** Events outside of the page: network changes, sleep and wake-up, and the back-forward cache. */

/**
 * After each of them the connection and the session are checked.
 * @param {import("./connection.js").Connection} connection
 * @param {import("./sales.js").Sales} sales
 * @param {() => void} lineChanged
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
}
