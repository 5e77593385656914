// @ts-check
/**
 * Whether the map is live: a badge, a faded map if not, and a banner with the time since when. The
 * same banner says that no seat is free for now.
 */
import { part } from "./dom.js";
import { namedHour } from "./format.js";
import { t } from "./text.js";

/** @typedef {"connecting"|"live"|"reconnecting"|"refused"|"offline"|"paused"} Line */
/** @typedef {{kind: string, text: string}} Message */

/** How long the banner says that the connection is back. */
const RETURNED_MS = 5000;

export class LineStatus {
  /** @type {Line} */
  line = "connecting";
  /** When the map was last live. */
  #since = new Date();
  /** @type {Message|null} */
  #sales = null;
  #closed = false;
  #returned = 0;
  #shown = "";

  /**
   * @param {ParentNode} root
   * @param {() => boolean} isHolding whether seats are held for the reader
   */
  constructor(root, isHolding) {
    this.isHolding = isHolding;
    this.badge = part(root, "line");
    this.text = part(root, "line-text");
    this.stage = part(root, "stage");
    this.banner = part(root, "banner");
    this.place = part(root, "banner-place");
  }

  /** @param {Line} line */
  set(line) {
    if (line === this.line) return;
    if (this.line === "live") this.#since = new Date();
    clearTimeout(this.#returned);
    this.#returned =
      line === "live" && this.line !== "connecting"
        ? setTimeout(() => this.#settled(), RETURNED_MS)
        : 0;
    this.line = line;
    this.#render();
  }

  /**
   * @param {Message|null} message about the session's sales
   * @param {boolean} closed whether sales are closed: then the connection does not matter
   */
  sales(message, closed) {
    if (message?.kind === this.#sales?.kind && closed === this.#closed) return;
    this.#sales = message;
    this.#closed = closed;
    this.#render();
  }

  #settled() {
    this.#returned = 0;
    this.#render();
  }

  #render() {
    const { line } = this;
    this.badge.dataset.line = line;
    this.stage.dataset.line = line;
    this.text.textContent = t(`line.${line}`);
    this.badge.hidden = this.#closed;
    this.#showBanner(
      this.#closed
        ? null
        : line === "live" || line === "connecting"
          ? (this.#sales ?? this.#relief())
          : this.#trouble(),
    );
  }

  /** @returns {Message|null} */
  #relief() {
    return this.#returned ? { kind: "returned", text: t("line.returned") } : null;
  }

  /** @returns {Message} */
  #trouble() {
    if (this.line === "refused") return { kind: "refused", text: t("line.refused_text") };
    const since = { time: namedHour(this.#since) };
    if (this.line === "paused") return { kind: this.line, text: t("line.paused_since", since) };
    const held = this.isHolding() ? ` ${t("line.held")}` : "";
    return { kind: this.line, text: t("line.since", since) + held };
  }

  /** Only if it changed: a screen reader reads each change. @param {Message|null} message */
  #showBanner(message) {
    const key = JSON.stringify(message);
    if (key === this.#shown) return;
    this.#shown = key;
    this.banner.hidden = message === null;
    this.place.dataset.banner = message?.kind ?? "";
    this.banner.textContent = message?.text ?? "";
  }
}
