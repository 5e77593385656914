// @ts-check
/** The URL is the state: `/` is the programme, `/sessao/<id>` is the map of a session. */
import { t } from "./text.js";
import { showMessage } from "./view.js";

async function start() {
  const session = /^\/sessao\/([^/]+)\/?$/.exec(location.pathname);
  if (session) {
    const { SessionPage } = await import("./session-page.js");
    return new SessionPage(decodeURIComponent(session[1])).start();
  }
  if (location.pathname !== "/")
    return showMessage(t("page.unknown"), t("page.unknown_text"), null);
  const { Programme } = await import("./programme.js");
  await new Programme().start();
  // Prefetches the map's modules while the reader looks at the programme.
  void import("./session-page.js").catch(() => {});
}

// A module that failed to load stays missing until a reload.
start().catch((reason) => {
  showMessage(t("page.failed"), t("page.failed_text"), () => location.reload());
  throw reason;
});
