// @ts-check
/**
 * The days of the programme as chips, of which one is chosen. The address keeps the choice:
 * `/?dia=2026-12-13`.
 */
import { make } from "./dom.js";
import { dayNear } from "./format.js";

export class DayChips {
  /** @type {Map<string, HTMLButtonElement>} by day */
  #chips = new Map();
  #chosen = new URLSearchParams(location.search).get("dia") ?? "";

  /** @param {HTMLElement} root @param {() => void} changed */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
  }

  get chosen() {
    return this.#chosen;
  }

  /**
   * @param {Map<string, Date>} days in their order
   * @param {string} first chosen unless the address names another
   */
  offer(days, first) {
    if (!days.has(this.#chosen)) this.#chosen = first;
    const labels = [...days].map(([day, date]) => /** @type {const} */ ([day, dayNear(date)]));
    if (
      labels.map(([, label]) => label).join() !==
      [...this.#chips.values()].map((chip) => chip.dataset.label).join()
    )
      this.#build(labels);
    for (const [day, chip] of this.#chips)
      chip.setAttribute("aria-pressed", String(day === this.#chosen));
  }

  /** @param {string} day */
  choose(day) {
    this.#chosen = day;
    history.replaceState(history.state, "", `?dia=${day}`);
    this.changed();
  }

  /** @param {(readonly [string, string])[]} labels */
  #build(labels) {
    this.#chips = new Map(labels.map(([day, label]) => [day, this.#chip(day, label)]));
    this.root.replaceChildren(...this.#chips.values());
  }

  /** @param {string} day @param {string} label "hoje, qui 26/11" or "sáb 28/11" */
  #chip(day, label) {
    const [near, date] = label.includes(", ") ? label.split(", ") : ["", label];
    const chip = make(
      "button",
      { class: "day", type: "button", "data-day": day, "data-label": label },
      ...(near ? [make("strong", { text: near }), " "] : []),
      make("span", { text: date }),
    );
    chip.onclick = () => this.choose(day);
    return chip;
  }
}
