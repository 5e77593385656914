// @ts-check
/**
 * Back closes a dialog instead of leaving the page: an open dialog has a history entry of its own.
 */

const isOver = () => history.state?.over === true;

export class BackCloses {
  #isOpen = false;
  /** `history.back()` was called; its popstate event comes later. */
  #returning = false;

  /** @param {() => boolean} close closes the dialog; returns whether it did */
  constructor(close) {
    addEventListener("popstate", () => {
      const wasAsked = this.#returning;
      this.#returning = false;
      if (this.#isOpen && (wasAsked || !close())) this.opened();
      keepFocus();
    });
    this.closed(); // a dialog that was open before a reload
  }

  opened() {
    this.#isOpen = true;
    if (!this.#returning && !isOver()) history.pushState({ over: true }, "");
  }

  closed() {
    this.#isOpen = false;
    if (this.#returning || !isOver()) return;
    this.#returning = true;
    history.back();
  }
}

/** A navigation to an address with a fragment, as the skip links leave it, moves the focus. */
function keepFocus() {
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  setTimeout(() => focused?.focus({ preventScroll: true }));
}
