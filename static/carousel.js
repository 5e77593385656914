// @ts-check
/** A list that shows one item at a time, turned by swiping or by two buttons. */
export class Carousel {
  /** @param {HTMLElement} list @param {HTMLButtonElement} back @param {HTMLButtonElement} next */
  constructor(list, back, next) {
    this.list = list;
    this.back = back;
    this.next = next;
    back.onclick = () => this.turn(-1);
    next.onclick = () => this.turn(1);
    list.onscroll = () => this.update();
  }

  get index() {
    const { scrollLeft, scrollWidth, childElementCount } = this.list;
    return childElementCount ? Math.round((scrollLeft * childElementCount) / scrollWidth) : 0;
  }

  /** @param {number} index @param {ScrollBehavior} [behavior] */
  show(index, behavior = "auto") {
    const item = /** @type {HTMLElement|undefined} */ (this.list.children[index]);
    if (item) this.list.scrollTo({ left: item.offsetLeft - this.list.offsetLeft, behavior });
    this.update();
  }

  /** @param {number} steps */
  turn(steps) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.show(this.index + steps, calm ? "auto" : "smooth");
  }

  /** The items or the width have changed. */
  update() {
    const last = this.list.childElementCount - 1;
    for (const button of [this.back, this.next]) button.hidden = last < 1;
    this.back.disabled = this.index <= 0;
    this.next.disabled = this.index >= last;
  }
}
