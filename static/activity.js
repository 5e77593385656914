// @ts-check
/** One quiet line about what others do. Not read out: a crowd would drown everything else. */
import { hasText, t } from "./text.js";

const TOGETHER = 3;

export class Activity {
  #count = 0;
  /** What was heard, as long as it is little enough to be told one by one. @type {import("./protocol.js").Change[]} */
  #heard = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** Costs nothing until it is told. @param {import("./protocol.js").Change[]} changes by others */
  hear(changes) {
    this.#count += changes.length;
    this.#heard = this.#count > TOGETHER ? [] : [...this.#heard, ...changes];
  }

  /** Says what was heard since it last said something. */
  tell() {
    if (!this.#count) return;
    if (this.#count > TOGETHER) this.#say(t("atividade.varias", { n: this.#count }));
    else this.#say(this.#heard.map(sentence).filter(Boolean).join(" · "));
    this.#forget();
  }

  /** @param {number} free @param {number} total */
  free(free, total) {
    this.#forget();
    this.#say(t("atividade.inicio", { n: free, total }));
  }

  #forget() {
    this.#count = 0;
    this.#heard = [];
  }

  /** @param {string} text */
  #say(text) {
    if (text) this.root.textContent = text;
  }
}

/** @param {import("./protocol.js").Change} change */
function sentence({ type, seat }) {
  const key = `atividade.${type}`;
  return hasText(key) ? t(key, { assento: seat }) : "";
}
