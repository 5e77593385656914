import assert from "node:assert/strict";
import { test } from "node:test";
import { PICTURE, viewFrom } from "../../static/seat-view.js";
import { room } from "./hall.mjs";

const hall = room("A .......", "B .......", "X ", "C .......", "AA .......");
const from = (name) => viewFrom(hall, hall.seats.get(name));
const width = ([a, b]) => b[0] - a[0];
const edges = ([topLeft, topRight, lowRight, lowLeft]) => [
  lowLeft[1] - topLeft[1],
  lowRight[1] - topRight[1],
];

test("from the middle the screen is straight and in the middle of the picture", () => {
  for (const name of ["A04", "B04", "C04", "AA04"]) {
    const {
      side,
      corners: [topLeft, topRight, lowRight, lowLeft],
    } = from(name);
    assert.equal(side, 0);
    assert.deepEqual([topLeft[1], lowLeft[0]], [topRight[1], topLeft[0]]);
    assert.equal(Math.round(topLeft[0] + lowRight[0]), PICTURE.width);
  }
});

test("the nearer the row, the larger the screen, and from the front it fills the picture", () => {
  const widths = ["A04", "B04", "C04", "AA04"].map((name) => width(from(name).corners));
  assert.deepEqual(
    widths,
    widths.toSorted((a, b) => b - a),
  );
  assert.ok(widths[0] > PICTURE.width, widths);
});

test("from the side the nearer edge is the longer one, and both sides mirror each other", () => {
  const [left, right] = [from("B01"), from("B07")];
  assert.deepEqual([left.side, right.side], [-3, 3]);
  const [near, far] = edges(left.corners);
  assert.ok(near > far);
  assert.deepEqual(edges(right.corners).map(Math.round), [far, near].map(Math.round));
});

test("rows are counted as people see them: a gap is none", () => {
  assert.deepEqual(
    ["A01", "C01", "AA01"].map((name) => [from(name).row, from(name).rows]),
    [
      [1, 4],
      [3, 4],
      [4, 4],
    ],
  );
});

test("the two seats beside the middle of an even row are in the middle", () => {
  const even = room("A ......");
  assert.deepEqual(
    ["A02", "A03", "A04", "A05"].map((name) => viewFrom(even, even.seats.get(name)).side),
    [-2, 0, 0, 2],
  );
});
