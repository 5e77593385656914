// @ts-check
/** One quiet line about what others do. Not read out: a crowd would drown everything else. */
import { hasText, t } from "./text.js";

const TOGETHER = 3;

export class Activity {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {import("./protocol.js").Change[]} changes by others */
  tell(changes) {
    if (!changes.length) return;
    if (changes.length > TOGETHER) this.#say(t("atividade.varias", { n: changes.length }));
    else this.#say(changes.map(sentence).filter(Boolean).join(" · "));
  }

  /** @param {number} free @param {number} total */
  free(free, total) {
    this.#say(t("atividade.inicio", { n: free, total }));
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
