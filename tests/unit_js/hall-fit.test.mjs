import assert from "node:assert/strict";
import { test } from "node:test";
import { HallFit } from "../../static/hall-fit.js";

const SIDE = 28;
const WINDOW = { width: 1060, height: 700 };

/** @param {number} rows @param {number} columns */
function hall(rows, columns, window = WINDOW) {
  const fit = new HallFit({
    columns,
    rows: Array.from({ length: rows }, () => ({ apart: false })),
  });
  fit.refit(window, SIDE);
  return fit;
}

const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-6, `${one} is not ${other}`);

test("level 1 shows the whole hall in the middle of its window", () => {
  for (const fit of [hall(10, 21), hall(46, 108), hall(3, 60)]) {
    const { left, top, width, height, plane } = fit.place(1);
    assert.deepEqual(plane, WINDOW);
    near(left, WINDOW.width - left - width);
    near(top, WINDOW.height - top - height);
    assert.ok(left >= SIDE && top >= 0);
  }
});

test("rows of a small hall are further apart where there is room, and never overlap", () => {
  assert.ok(hall(4, 20).deep > 40);
  assert.equal(hall(60, 20).deep, 40);
});

test("zooming leaves what is under the pointer there, and comes back to where it began", () => {
  const fit = hall(46, 108);
  const fitted = fit.view(1, fit.place(1));
  const closer = fit.around(fitted, 4, 500, 300);
  near((500 - closer.left) / 4, 500 - fitted.left);
  near((300 - closer.top) / 4, 300 - fitted.top);
  const back = fit.around(closer, 1, 500, 300);
  near(back.left, fitted.left);
  near(back.top, fitted.top);
});

test("zooming out never leaves the hall's edge behind the window's", () => {
  const fit = hall(46, 108);
  const corner = fit.view(4, { left: 28, top: 0 });
  const farther = fit.around(corner, 2, 1000, 650);
  near(farther.scroll.left, 0);
  near(farther.left, SIDE);
});

test("a window that changes its size leaves what is in its middle there", () => {
  const fit = hall(46, 108);
  const close = fit.around(fit.view(1, fit.place(1)), 5, 700, 400);
  const middle = fit.pointAt(close);
  fit.refit({ width: 700, height: 900 }, SIDE);
  const turned = fit.lookAt(5, middle);
  near(fit.pointAt(turned)[0], middle[0]);
  near(fit.pointAt(turned)[1], middle[1]);
});

test("seats never become smaller than fitted nor larger than is of use", () => {
  const fit = hall(46, 108);
  assert.equal(fit.clamp(0.1), 1);
  near(fit.pitch(fit.clamp(1000)), 56);
  near(fit.pitch(fit.levelOf(34)), 34);
});

test("the letters are beside the hall while it is in view, else at the window's edge", () => {
  const fit = hall(10, 10);
  const { left, width } = fit.place(1);
  assert.deepEqual(fit.letters(fit.view(1, fit.place(1))), [left - SIDE, left + width]);
  const close = fit.around(fit.view(1, fit.place(1)), 2, 530, 350);
  assert.deepEqual(fit.letters(close), [0, WINDOW.width - SIDE]);
});

test("a picture is as large as what of it the window shows, and never larger than the hall", () => {
  const fit = hall(46, 108);
  near(fit.pictured(5, 1), WINDOW.width * WINDOW.height);
  near(fit.pictured(5, 1 / 2), 4 * WINDOW.width * WINDOW.height);
  const { width, height } = fit.place(5);
  near(fit.pictured(5, 1 / 50), width * height);
});

test("the tools at the window's foot cover no seat, neither fitted nor scrolled to the end", () => {
  const foot = 52;
  const fit = hall(46, 46, { width: 400, height: 400 });
  fit.refit({ width: 400, height: 400 }, 0, foot);
  const { top, height } = fit.place(1);
  assert.ok(top >= 0 && top + height <= 400 - foot);
  const end = fit.view(3, { left: 0, top: -1e6 });
  near(end.top + fit.place(3).height, 400 - foot);
});

test("the part that is shown is the whole hall at first, and less of it closer by", () => {
  const fit = hall(46, 108);
  assert.deepEqual(fit.shown(fit.view(1, fit.place(1))), { left: 0, top: 0, right: 1, bottom: 1 });
  const { left, top, right, bottom } = fit.shown(fit.lookAt(8, [0.5, 0.5]));
  near(left + right, 1);
  near(top + bottom, 1);
  near(right - left, WINDOW.width / fit.place(8).width);
});
