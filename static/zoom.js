// @ts-check
/**
 * Zoom of the map: level 1 is fitted to the space there is, more is closer. Zooming scales the
 * hall as a whole and lays nothing out again, so that it costs the same for 3,000 seats. By
 * buttons, wheel, pinch and keys; a mouse pans by dragging, a finger by the browser's own scrolling.
 */
import { lettersOf } from "./row-letters.js";

/** What a seat takes before scaling; `--pitch` of the style. */
const PITCH_PX = 40;
/** Rows may stand further apart than seats where there is room. */
const DEEPEST = 1.42;
/** Height of the screen in rows. */
const SCREEN_ROWS = 1.7;
const LARGEST_FIT_PX = 58;
const LARGEST_SEAT_PX = 72;
/** WCAG 2.5.8: what a finger can hit. */
const FINGER_PX = 24;
const COMFORT_PX = 34;
const LARGEST_LETTER_PX = 14;
const STEP = 1.4;
const DRAG_PX = 5;
const SETTLED_MS = 150;

export class MapZoom {
  level = 1;
  #fitted = 1;
  #deep = PITCH_PX;
  #pinch = 0;
  #settling = 0;

  /** @param {HTMLElement} map the scrolling window @param {HTMLElement} hall what scrolls in it @param {HTMLElement} grid what is scaled @param {import("./room.js").Room} room */
  constructor(map, hall, grid, room) {
    this.map = map;
    this.hall = hall;
    this.grid = grid;
    this.room = room;
    this.sides = /** @type {NodeListOf<HTMLElement>} */ (map.querySelectorAll(".letters"));
    this.screen = /** @type {HTMLElement} */ (hall.querySelector(".screen"));
    this.rows = room.rows.length + room.rows.filter(({ apart }) => apart).length;
  }

  start() {
    const { map } = this;
    for (const side of this.sides) side.replaceChildren(...lettersOf(this.room, SCREEN_ROWS));
    map.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    map.addEventListener("keydown", (event) => this.#key(event));
    map.addEventListener("touchstart", (event) => this.#touch(event), { passive: true });
    map.addEventListener("touchmove", (event) => this.#touch(event), { passive: false });
    map.addEventListener("pointerdown", (event) => this.#drag(event));
    new ResizeObserver(() => this.#refit()).observe(map);
    this.#refit();
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
    this.to(COMFORT_PX / (PITCH_PX * this.#fitted), x, y);
  }

  /**
   * Keeps the point of the hall that is under (x, y) of the window where it is.
   * @param {number} level @param {number} [x] @param {number} [y]
   */
  to(level, x = this.map.clientWidth / 2, y = this.map.clientHeight / 2) {
    const { map } = this;
    const right = (map.scrollLeft + x) / map.scrollWidth;
    const down = (map.scrollTop + y) / map.scrollHeight;
    const closest = Math.max(2, LARGEST_SEAT_PX / (PITCH_PX * this.#fitted));
    this.level = Math.min(closest, Math.max(1, level));
    this.#apply();
    map.scrollTo(right * map.scrollWidth - x, down * map.scrollHeight - y);
  }

  get #pitch() {
    return PITCH_PX * this.#fitted * this.level;
  }

  /** The window has another size: works the fit out anew and keeps the level. */
  #refit() {
    const { clientWidth, clientHeight } = this.map;
    if (!clientWidth) return;
    const sides = 2 * this.sides[0].clientWidth;
    const lines = this.rows + SCREEN_ROWS;
    const wide = (clientWidth - sides - 2) / this.room.columns;
    const high = (clientHeight - 2) / lines;
    const pitch = Math.max(1, Math.min(wide, high, LARGEST_FIT_PX));
    this.#fitted = pitch / PITCH_PX;
    this.#deep = PITCH_PX * Math.min(DEEPEST, Math.max(1, high / pitch));
    this.grid.style.setProperty("--deep", `${this.#deep}px`);
    this.#apply();
  }

  #apply() {
    const scale = this.#fitted * this.level;
    const { hall, grid, map } = this;
    hall.style.setProperty("width", `${this.room.columns * PITCH_PX * scale}px`);
    hall.style.setProperty("height", `${(this.rows + SCREEN_ROWS) * this.#deep * scale}px`);
    hall.style.setProperty("padding-top", `${SCREEN_ROWS * this.#deep * scale}px`);
    this.screen.style.setProperty("height", `${SCREEN_ROWS * this.#deep * scale}px`);
    grid.style.setProperty("transform", `scale(${scale})`);
    const letter = Math.min(LARGEST_LETTER_PX, this.#deep * scale * 0.7);
    for (const side of this.sides) side.style.setProperty("font-size", `${letter}px`);
    this.#hurry();
    // Tells the style what fits into a seat: a number, or its shape alone.
    const size = this.#pitch < 20 ? "p" : this.#pitch < 32 ? "m" : "g";
    if (map.dataset.tamanho !== size) map.dataset.tamanho = size;
  }

  /** While the level changes from frame to frame the picture is scaled, and drawn sharp when it rests. */
  #hurry() {
    clearTimeout(this.#settling);
    this.map.toggleAttribute("data-zoom", true);
    this.#settling = setTimeout(() => this.map.toggleAttribute("data-zoom", false), SETTLED_MS);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (event.shiftKey || !event.deltaY || (event.deltaY > 0 && this.level === 1)) return;
    event.preventDefault();
    const window = this.map.getBoundingClientRect();
    const pixels = event.deltaMode ? event.deltaY * 30 : event.deltaY;
    // A trackpad's pinch comes as a wheel with Ctrl and small steps.
    const factor = Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002));
    this.to(this.level * factor, event.clientX - window.x, event.clientY - window.y);
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
      const x = (a.clientX + b.clientX) / 2 - window.x;
      const y = (a.clientY + b.clientY) / 2 - window.y;
      this.to(this.level * apart / (this.#pinch || apart), x, y);
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
