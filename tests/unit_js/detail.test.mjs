import assert from "node:assert/strict";
import { test } from "node:test";
import { Detail, sizeOf } from "../../static/detail.js";

test("only vast halls lose round corners that are too small to see", () => {
  assert.deepEqual(
    [40, 24, 15, 9].map((pitch) => sizeOf(pitch, 3000)),
    ["full", "full", "low", "lowest"],
  );
  assert.deepEqual(
    [40, 24, 15, 9].map((pitch) => sizeOf(pitch, 400)),
    ["full", "full", "low", "low"],
  );
});

/**
 * How many frames of so many milliseconds a hall of 3,000 seats takes to look different everywhere.
 */
function framesOf(ms) {
  const due = [];
  globalThis.requestAnimationFrame = (then) => due.push(then);
  globalThis.cancelAnimationFrame = () => due.splice(0);
  globalThis.innerHeight = 800;
  const rows = Array.from({ length: 40 }, (_, n) => ({
    dataset: {},
    childElementCount: 75,
    getBoundingClientRect: () => ({ top: 20 * n, bottom: 20 * n + 20 }),
  }));
  const detail = new Detail({ children: rows }, 3000);
  detail.fit(40);
  detail.fit(9);
  let frames = 0;
  for (; due.length; frames++) due.shift()(1000 + ms * frames);
  assert.ok(rows.every((row) => row.dataset.detail === "lowest"));
  return frames;
}

test("a vast hall is restyled within a tenth of a second if frames are in time", () => {
  assert.ok(framesOf(16) <= 8, String(framesOf(16)));
});

test("and a row per frame if they are late", () => {
  assert.ok(framesOf(60) >= 40);
});

test("an ordinary hall is restyled at once", () => {
  const rows = Array.from({ length: 20 }, () => ({ dataset: {} }));
  const detail = new Detail({ children: rows }, 400);
  for (const pitch of [40, 15]) {
    detail.fit(pitch);
    assert.deepEqual(new Set(rows.map((row) => row.dataset.detail)), new Set([sizeOf(pitch, 400)]));
  }
});
