// @ts-check
/**
 * Zoom of the map: 1 is fitted (CSS works the fit out from the space there is), more is closer.
 * By buttons, wheel, pinch and keys; a mouse pans by dragging, a finger by the browser's own scrolling.
 */

/** WCAG 2.5.8: what a finger can hit. */
const FINGER_PX = 24;
const COMFORT_PX = 34;
const LARGEST_SEAT_PX = 72;
const STEP = 1.4;
const DRAG_PX = 5;

export class MapZoom {
  level = 1;
  #pinch = 0;

  /** @param {HTMLElement} map the scrolling window @param {HTMLElement} plane what scrolls in it */
  constructor(map, plane) {
    this.map = map;
    this.plane = plane;
  }

  start() {
    const { map } = this;
    map.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    map.addEventListener("keydown", (event) => this.#key(event));
    map.addEventListener("touchstart", (event) => this.#touch(event), { passive: true });
    map.addEventListener("touchmove", (event) => this.#touch(event), { passive: false });
    map.addEventListener("pointerdown", (event) => this.#drag(event));
    new ResizeObserver(() => this.#measured()).observe(map);
  }

  closer() {
    this.to(this.level * STEP);
  }

  farther() {
    this.to(this.level / STEP);
  }

  fit() {
    this.to(1);
  }

  /** Whether seats are too small for a finger as they stand. */
  get isSmall() {
    return this.#pitch < FINGER_PX;
  }

  /** Makes seats comfortable around one of them. @param {HTMLElement} seat */
  approach(seat) {
    const box = seat.getBoundingClientRect();
    const window = this.map.getBoundingClientRect();
    const x = box.x + box.width / 2 - window.x;
    const y = box.y + box.height / 2 - window.y;
    this.to(this.level * COMFORT_PX / this.#pitch, x, y);
  }

  /**
   * Keeps the point of the plane that is under (x, y) of the window where it is.
   * @param {number} level @param {number} [x] @param {number} [y]
   */
  to(level, x = this.map.clientWidth / 2, y = this.map.clientHeight / 2) {
    const { map, plane } = this;
    const largest = Math.max(2, this.level * LARGEST_SEAT_PX / this.#pitch);
    const right = (map.scrollLeft + x) / map.scrollWidth;
    const down = (map.scrollTop + y) / map.scrollHeight;
    this.level = Math.min(largest, Math.max(1, level));
    plane.style.setProperty("--zoom", this.level.toFixed(3));
    map.scrollTo(right * map.scrollWidth - x, down * map.scrollHeight - y);
    this.#measured();
  }

  get #pitch() {
    return this.plane.querySelector(".seat")?.getBoundingClientRect().width ?? FINGER_PX;
  }

  /** Tells the style what fits into a seat: a number, or its shape alone. */
  #measured() {
    const pitch = this.#pitch;
    this.map.dataset.tamanho = pitch < 20 ? "p" : pitch < 32 ? "m" : "g";
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (event.shiftKey || !event.deltaY || (event.deltaY > 0 && this.level === 1)) return;
    event.preventDefault();
    const window = this.map.getBoundingClientRect();
    const pixels = event.deltaMode ? event.deltaY * 30 : event.deltaY;
    // A trackpad's pinch comes as a wheel with Ctrl and small steps.
    this.to(this.level * Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), event.clientX - window.x, event.clientY - window.y);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.closer();
    else if (event.key === "-") this.farther();
    else if (event.key === "0") this.fit();
    else return;
    if (event.target instanceof HTMLElement) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {TouchEvent} event */
  #touch(event) {
    if (event.touches.length !== 2) return;
    const [a, b] = event.touches;
    const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (event.type === "touchmove") {
      event.preventDefault();
      const window = this.map.getBoundingClientRect();
      this.to(this.level * apart / this.#pinch, (a.clientX + b.clientX) / 2 - window.x, (a.clientY + b.clientY) / 2 - window.y);
    }
    this.#pinch = apart;
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    const { map } = this;
    const from = { x: event.clientX + map.scrollLeft, y: event.clientY + map.scrollTop };
    const listening = new AbortController();
    let moved = false;
    map.addEventListener("pointermove", (move) => {
      const x = from.x - move.clientX;
      const y = from.y - move.clientY;
      moved ||= Math.hypot(x - map.scrollLeft, y - map.scrollTop) > DRAG_PX;
      if (moved) map.scrollTo(x, y);
    }, { signal: listening.signal });
    addEventListener("pointerup", () => {
      listening.abort();
      if (moved) swallowClick();
    }, { once: true });
  }
}

/** The click that ends a drag chooses no seat; one that comes later does. */
function swallowClick() {
  const listening = new AbortController();
  addEventListener("click", (click) => click.stopPropagation(), { capture: true, signal: listening.signal });
  setTimeout(() => listening.abort());
}
