// @ts-check
/**
 * One sentence at a time about what just happened, with actions. Its container is a live region
 * that is always in the page, so that a screen reader reads each new notice.
 */
import { action, make, part } from "./dom.js";
import { t } from "./text.js";

/** @typedef {{text: string, do: () => void}} NoticeAction */

const READING_MS = 7000;

export class Notice {
  #timer = 0;

  /** @param {ParentNode} root */
  constructor(root) {
    this.place = part(root, "notice-place");
    this.root = part(root, "notice");
    this.text = part(root, "notice-text");
    this.actions = part(root, "notice-actions");
    action(root, "close-notice").onclick = () => this.hide();
  }

  /**
   * A notice that offers something stays until it is used, closed or replaced.
   * @param {string} kind for tests and style: the reason, or what happened
   * @param {string} text @param {NoticeAction[]} [actions]
   */
  show(kind, text, actions = []) {
    clearTimeout(this.#timer);
    this.root.dataset.notice = kind;
    this.root.hidden = false;
    this.text.textContent = text;
    this.actions.replaceChildren(...actions.map((offer) => this.#button(offer)));
    if (!actions.length) this.#timer = setTimeout(() => this.hide(), READING_MS);
    this.#makeRoom();
  }

  /** Moves the notice to the stage's other end if it would cover a seat that it names. */
  #makeRoom() {
    this.place.removeAttribute("data-top");
    const seats = this.#named();
    const covers = () => {
      const { top, bottom } = this.root.getBoundingClientRect();
      return seats.filter((seat) => seat.top < bottom && seat.bottom > top).length;
    };
    const below = covers();
    if (!below) return;
    this.place.setAttribute("data-top", "");
    this.place.toggleAttribute("data-top", covers() < below);
  }

  /** The boxes on the map of the seats that it names, as "F07". */
  #named() {
    const names = this.root.textContent?.match(/\b[A-Z]{1,2}\d{2,}\b/g) ?? [];
    return names.flatMap(
      (name) =>
        document.querySelector(`#grid [data-seat="${name}"]`)?.getBoundingClientRect() ?? [],
    );
  }

  /**
   * A modal dialog makes the rest of the page inert, so notices move into it while it is open.
   * @param {Element} host
   */
  moveTo(host) {
    if (this.place.parentElement !== host) host.append(this.place);
  }

  /** Hides a notice of this kind, which is no longer true. @param {string} kind */
  over(kind) {
    if (this.root.dataset.notice === kind) this.hide();
  }

  hide() {
    this.root.hidden = true;
    this.text.textContent = "";
    this.actions.replaceChildren();
  }

  /** @param {NoticeAction} offer */
  #button(offer) {
    const button = make("button", { class: "button", type: "button", text: offer.text });
    button.onclick = () => {
      this.hide();
      offer.do();
    };
    return button;
  }
}

/** @param {string} link of an order @returns {NoticeAction} */
export const ticketsOf = (link) => ({
  text: t("payment.see_tickets"),
  do: () => location.assign(`/pedido/${encodeURIComponent(link)}`),
});

/** For a part of the page that could not be loaded. @returns {NoticeAction} */
export const reloading = () => ({ text: t("reload"), do: () => location.reload() });
