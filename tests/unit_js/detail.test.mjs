import assert from "node:assert/strict";
import { test } from "node:test";
import { Detail, sizeOf } from "../../static/detail.js";

test("only vast halls lose round corners when nobody could see them", () => {
  assert.deepEqual([40, 24, 15, 9].map((pitch) => sizeOf(pitch, 3000)), ["g", "g", "p", "pp"]);
  assert.deepEqual([40, 24, 15, 9].map((pitch) => sizeOf(pitch, 400)), ["g", "g", "p", "p"]);
});

test("an ordinary hall takes its new look at once", () => {
  const rows = Array.from({ length: 20 }, () => ({ dataset: {} }));
  const detail = new Detail({ children: rows }, 400);
  for (const pitch of [40, 15]) {
    detail.fit(pitch);
    assert.deepEqual(new Set(rows.map((row) => row.dataset.tamanho)), new Set([sizeOf(pitch, 400)]));
  }
});
