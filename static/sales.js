// @ts-check
/**
 * Whether a session's sales are open. Once they are closed, the hall fades behind a card with the
 * reason and other sessions.
 */
import { fetchSession } from "./api.js";
import { part } from "./dom.js";
import { lazily } from "./lazy.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").SessionMap} SessionMap */
/** @typedef {import("./line-status.js").Message} Message */
/** @typedef {import("./store.js").SeatStore} SeatStore */
/** @typedef {"sold_out"|"ended"|"cancelled"|"changed"|"removed"} Closing why sales are closed */

/** The longest timer: milliseconds in a signed 32-bit number. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Sales {
  /** Empty while sales are open. @type {Closing|""} */
  closed = "";
  /** The session as it is now, if it changed. @type {SessionMap|null} */
  #now = null;
  #isRemoved = false;

  /**
   * @param {ParentNode} root
   * @param {SessionMap} session
   * @param {() => void} onMore called when the result may have changed
   */
  constructor(root, session, onMore) {
    this.session = session;
    this.onMore = onMore;
    this.stage = part(root, "stage");
    this.place = part(root, "closed");
    this.seats = [part(root, "map"), part(root, "list")];
    // No frame announces the session's start.
    const left = Date.parse(session.inicio) - Date.now();
    if (left > 0 && left < LONGEST_TIMER_MS) setTimeout(() => void this.freshen(), left);
  }

  /** Fades the hall, or lights it again. @param {SeatStore} store */
  update(store) {
    const closed = this.#whyClosed(store);
    // Own seats can still be released.
    for (const seats of this.seats) seats.inert = closed !== "" && !store.mine.length;
    if (closed === this.closed) return;
    this.closed = closed;
    this.stage.toggleAttribute("data-closed", closed !== "");
    this.place.replaceChildren();
    if (closed) void this.#explain(closed);
  }

  /** What is to be known of sales that go on. @param {SeatStore} store @returns {Message|null} */
  message(store) {
    const { sold, held } = store.counts;
    const isFull = sold + held >= this.session.lugares;
    if (isFull && held > store.mine.length)
      return { kind: "nearly_full", text: t("session.nearly_full") };
    if (this.session.alteracao) return { kind: "news", text: this.session.alteracao };
    // Without cookies each connection is a new buyer.
    return navigator.cookieEnabled ? null : { kind: "news", text: t("line.no_cookies") };
  }

  /**
   * The session is no longer what this page shows: nothing is sold here before it is loaded again.
   */
  async changed() {
    const { data, status } = await fetchSession(this.session.id);
    this.#now = data ?? this.#now;
    this.removed(status === 404);
  }

  /** A page from the browser's cache, or one that slept, may have missed the session's start. */
  async freshen() {
    if (this.closed || Date.parse(this.session.inicio) > Date.now()) return;
    const { data } = await fetchSession(this.session.id);
    if (data?.encerrada) this.#now = data;
    this.onMore();
  }

  /** @param {boolean} isRemoved whether the programme has the session no more */
  removed(isRemoved) {
    this.#isRemoved = isRemoved;
    this.onMore();
  }

  /** @param {SeatStore} store @returns {Closing|""} */
  #whyClosed(store) {
    const { cancelada, encerrada } = this.#now ?? this.session;
    if (this.#isRemoved) return "removed";
    if (cancelada) return "cancelled";
    if (encerrada) return "ended";
    if (this.#now) return "changed";
    return store.counts.sold >= this.session.lugares ? "sold_out" : "";
  }

  /** Whoever was among the seats is led to what is said instead of them. @param {Closing} closed */
  async #explain(closed) {
    const wasThere = this.stage.contains(document.activeElement);
    const module = await lazily(() => import("./closed-card.js"));
    const card = module?.closedCard(closed, this.session, this.#now);
    if (!card || closed !== this.closed) return;
    this.place.replaceChildren(card);
    if (wasThere) part(card, "closed-title").focus();
  }
}
