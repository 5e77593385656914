// @ts-check
/** `/sessao/<id>`: fetches the session and shows its map, or an error. */
import { fetchSession, persist } from "./api.js";
import { part } from "./dom.js";
import { lazily } from "./lazy.js";
import { SessionView } from "./session-view.js";
import { t } from "./text.js";
import { show, showMessage } from "./view.js";

export class SessionPage {
  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  async start() {
    const { data } = await persist(
      () => fetchSession(this.id),
      () => showMessage(t("session.failed"), t("session.failed_text"), () => location.reload()),
    );
    if (data) new SessionView(data, show("session-view")).start();
    else await this.#unknown();
  }

  async #unknown() {
    showMessage(t("session.unknown"), t("session.unknown_text"), null);
    const card = await lazily(() => import("./closed-card.js"));
    part(document, "text").after(...((await card?.otherSessions(null)) ?? []));
  }
}
