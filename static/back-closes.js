// @ts-check
/**
 * The phone's Back closes what stands over the page, and does not leave the page: while it is open,
 * the history has an entry of its own for it.
 */

const isOver = () => history.state?.over === true;

export class BackCloses {
  #isOpen = false;
  /** The entry of before was asked for; it comes a moment later. */
  #returning = false;

  /** @param {() => boolean} close whether it closed: it need not */
  constructor(close) {
    addEventListener("popstate", () => {
      const wasAsked = this.#returning;
      this.#returning = false;
      if (this.#isOpen && (wasAsked || !close())) this.opened();
      keepFocus();
    });
    this.closed(); // what was open before the page was loaded again
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

/** An address that ends in #grid, as the skip links leave it, would lead the focus there. */
function keepFocus() {
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  setTimeout(() => focused?.focus({ preventScroll: true }));
}
