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
  // While somebody reads, what the map needs comes too. What does not come now is asked for by the
  // map.
  void import("./session-page.js").catch(() => {});
}

// A module that did not arrive stays missing until the page is loaded anew.
start().catch((reason) => {
  showMessage(t("page.failed"), t("page.failed_text"), () => location.reload());
  throw reason;
});
