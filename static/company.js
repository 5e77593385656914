// @ts-check
/**
 * For people who come together: seats for a party, sending and opening an invitation. Each part is
 * loaded at its first use.
 */
import { part } from "./dom.js";
import { lazily } from "./lazy.js";
import { reloading } from "./notice.js";
import { t } from "./text.js";

export class Company {
  /** @type {import("./party.js").Party|null} */
  #party = null;
  /** @type {Promise<import("./party.js").Party|null>|null} */
  #loading = null;
  /** @type {{refresh: () => void}|null} */
  #invitation = null;
  /** @type {typeof import("./sharing.js")|null} */
  #sharing = null;

  /** @param {import("./session-view.js").SessionView} view */
  constructor(view) {
    this.view = view;
  }

  /** Opens the invitation that the link names, if it names one. */
  async start() {
    if (!location.search) return;
    const invitation = await lazily(() => import("./invitation.js"));
    this.#invitation = invitation?.invitationTo(this.view) ?? null;
    this.view.choosing.repaint([]);
  }

  /** @param {number} size people; 0: seats are chosen one at a time */
  choose(size) {
    void this.#withParty((party) => party.choose(size));
  }

  best() {
    void this.#withParty((party) => party.best());
  }

  /** A click on a seat. @param {string} seat */
  tap(seat) {
    void (this.#party ?? this.view.choosing).tap(seat);
  }

  /** The map has changed. */
  painted() {
    this.#party?.refresh();
    this.#invitation?.refresh();
    void this.#offerToShare();
  }

  /** @param {(party: import("./party.js").Party) => unknown} then */
  async #withParty(then) {
    const party = await this.#load();
    if (party) await then(party);
    else this.view.notice.show("page", t("page.failed_text"), [reloading()]);
  }

  /**
   * One promise for all: two imports of a module that is still being loaded may resolve in any
   * order, and a size that is chosen must be known before the press that follows.
   */
  #load() {
    return (this.#loading ??= lazily(() => import("./party.js")).then((module) => {
      if (!module) return (this.#loading = null);
      const { root } = this.view;
      const select = /** @type {HTMLSelectElement} */ (part(root, "best-count"));
      return (this.#party = new module.Party(this.view, select));
    }));
  }

  async #offerToShare() {
    const { mine, bought } = this.view.store;
    if (!this.#sharing && !mine.length && !bought.length) return;
    this.#sharing ??= await lazily(() => import("./sharing.js"));
    this.#sharing?.offerToShare(this.view);
  }
}
