// @ts-check
/** What happens around a map: the network, sleep and wake, and the browser's cache. */

/**
 * The line and the session are checked instead of believed.
 * @param {import("./connection.js").Connection} connection @param {import("./sales.js").Sales}
 * sales @param {() => void} lineChanged
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
