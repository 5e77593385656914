// @ts-check
/** The hall on the screen: laid out at one zoom level, or that picture scaled to another. */
import { Detail } from "./detail.js";
import { SCREEN_ROWS } from "./hall-fit.js";
import { fitLetters, lettersOf } from "./row-letters.js";

/** @typedef {import("./hall-fit.js").View} View */
/** @typedef {import("./hall-fit.js").HallFit} HallFit */

export class HallPicture {
  /**
   * @param {HTMLElement} map the scrolling window
   * @param {HTMLElement} hall what is scaled in it
   * @param {HTMLElement} grid the seats
   * @param {HallFit} fit
   * @param {import("./room.js").Room} room
   */
  constructor(map, hall, grid, fit, room) {
    this.hall = hall;
    this.grid = grid;
    this.fit = fit;
    this.plane = /** @type {HTMLElement} */ (map.firstElementChild);
    this.sides = /** @type {NodeListOf<HTMLElement>} */ (map.querySelectorAll(".letters"));
    this.screen = /** @type {HTMLElement} */ (hall.querySelector(".screen"));
    this.detail = new Detail(grid, room.seats.size);
    for (const side of this.sides) side.replaceChildren(...lettersOf(room, SCREEN_ROWS));
  }

  /**
   * The space that the stylesheet leaves for the row letters, and at the bottom for the zoom tools.
   */
  get margins() {
    return {
      side: this.sides[0].offsetWidth,
      foot: parseFloat(getComputedStyle(this.plane).paddingBottom),
    };
  }

  /**
   * Scales the picture that was laid out for one view to another.
   * @param {View} drawn
   * @param {View} seen
   */
  stretch(drawn, seen) {
    const down = seen.top - drawn.top;
    const times = seen.level / drawn.level;
    move(this.hall, `translate(${seen.left - drawn.left}px, ${down}px) scale(${times})`);
    const [from, to] = [this.fit.letters(drawn), this.fit.letters(seen)];
    this.sides.forEach((side, n) => {
      move(side, `translate(${to[n] - from[n]}px, ${down}px) scaleY(${times})`);
      side.style.setProperty("--upright", String(1 / times));
    });
    this.detail.pause();
  }

  /** @param {number} level */
  layOut(level) {
    const { scale, width, height, plane } = this.fit.place(level);
    const row = this.fit.deep * scale;
    this.grid.style.setProperty("--deep", `${this.fit.deep}px`);
    size(this.plane, plane.width, plane.height);
    size(this.hall, width, height);
    this.hall.style.setProperty("padding-top", `${SCREEN_ROWS * row}px`);
    this.screen.style.setProperty("height", `${SCREEN_ROWS * row}px`);
    move(this.grid, `scale(${scale})`);
    move(this.hall, "none");
    for (const side of this.sides) {
      move(side, "none");
      side.style.setProperty("--upright", "1");
      fitLetters(side, row);
    }
    this.detail.fit(this.fit.pitch(level));
  }
}

/** @param {HTMLElement} node @param {string} transform */
const move = (node, transform) => node.style.setProperty("transform", transform);

/** @param {HTMLElement} node @param {number} width @param {number} height */
function size(node, width, height) {
  node.style.setProperty("width", `${width}px`);
  node.style.setProperty("height", `${height}px`);
}
