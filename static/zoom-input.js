// @ts-check
/** Zoom by wheel, pinch and keys. A mouse pans by dragging, a finger by native scrolling. */

/** @typedef {import("./zoom.js").MapZoom} MapZoom */

const DRAG_PX = 5;

/** @param {HTMLElement} map the scrolling window @param {MapZoom} zoom */
export function listenForZoom(map, zoom) {
  const pinch = new Pinch(map, zoom);
  map.addEventListener("wheel", (event) => onWheel(map, zoom, event), { passive: false });
  map.addEventListener("keydown", (event) => onKey(zoom, event));
  map.addEventListener("touchstart", (event) => pinch.touch(event), { passive: true });
  map.addEventListener("touchmove", (event) => pinch.touch(event), { passive: false });
  map.addEventListener("pointerdown", (event) => drag(map, event));
}

/** @param {HTMLElement} map @param {MapZoom} zoom @param {WheelEvent} event */
function onWheel(map, zoom, event) {
  if (event.shiftKey || !event.deltaY || (event.deltaY > 0 && zoom.level === 1)) return;
  if (!event.ctrlKey && pageScrolls()) return;
  event.preventDefault();
  const window = map.getBoundingClientRect();
  const pixels = event.deltaMode ? event.deltaY * 30 : event.deltaY;
  // A trackpad's pinch is a wheel event with Ctrl and small steps.
  const factor = Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002));
  zoom.to(zoom.level * factor, event.clientX - window.x, event.clientY - window.y);
}

/** Where the page is longer than its window, the wheel is needed for that. */
const pageScrolls = () => document.documentElement.scrollHeight > innerHeight + 1;

/** @param {MapZoom} zoom @param {KeyboardEvent} event */
function onKey(zoom, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const seat = event.target instanceof Element ? event.target.closest("[data-seat]") : null;
  const kept = seat instanceof HTMLElement ? seat : undefined;
  if (event.key === "+" || event.key === "=") zoom.closer(kept);
  else if (event.key === "-") zoom.farther(kept);
  else if (event.key === "0") zoom.fit();
}

class Pinch {
  #apart = 0;

  /** @param {HTMLElement} map @param {MapZoom} zoom */
  constructor(map, zoom) {
    this.map = map;
    this.zoom = zoom;
  }

  /** @param {TouchEvent} event */
  touch(event) {
    if (event.touches.length !== 2) return;
    const [a, b] = event.touches;
    const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (event.type === "touchmove") {
      event.preventDefault();
      const window = this.map.getBoundingClientRect();
      const x = (a.clientX + b.clientX) / 2 - window.x;
      const y = (a.clientY + b.clientY) / 2 - window.y;
      this.zoom.to((this.zoom.level * apart) / (this.#apart || apart), x, y);
    }
    this.#apart = apart;
  }
}

/** @param {HTMLElement} map @param {PointerEvent} event */
function drag(map, event) {
  if (event.pointerType !== "mouse" || event.button !== 0) return;
  const from = { x: event.clientX + map.scrollLeft, y: event.clientY + map.scrollTop };
  const listening = new AbortController();
  let moved = false;
  map.addEventListener(
    "pointermove",
    (move) => {
      const x = from.x - move.clientX;
      const y = from.y - move.clientY;
      moved ||= Math.hypot(x - map.scrollLeft, y - map.scrollTop) > DRAG_PX;
      if (moved) map.scrollTo(x, y);
    },
    { signal: listening.signal },
  );
  addEventListener(
    "pointerup",
    () => {
      listening.abort();
      if (moved) swallowClick();
    },
    { once: true },
  );
}

/** The click that ends a drag chooses no seat; one that comes later does. */
function swallowClick() {
  const listening = new AbortController();
  addEventListener("click", (click) => click.stopPropagation(), {
    capture: true,
    signal: listening.signal,
  });
  setTimeout(() => listening.abort());
}
