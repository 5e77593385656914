import assert from "node:assert/strict";
import { test } from "node:test";
import { Activity } from "../../static/activity.js";

/** A line, all that it has said, and its clock, which goes on by hand. */
function line() {
  const said = [];
  const waiting = [];
  const root = {
    get textContent() {
      return said.at(-1) ?? "";
    },
    set textContent(text) {
      said.push(text);
    },
  };
  const activity = new Activity(root, { afterwards: (then) => waiting.push(then) });
  return { activity, said, passTime: () => waiting.splice(0).forEach((then) => then()) };
}

test("the line says how many seats are free", () => {
  const { activity, said } = line();
  activity.free(53, 200);
  assert.deepEqual(said, ["53 livres de 200"]);
});

test("a crowd changes the line once, to the newest number, and only after a while", () => {
  const { activity, said, passTime } = line();
  for (let free = 200; free > 100; free--) activity.free(free, 200);
  assert.deepEqual(said, ["200 livres de 200"]);
  passTime();
  assert.deepEqual(said, ["200 livres de 200", "101 livres de 200"]);
});

test("after a time without news the next is shown at once", () => {
  const { activity, said, passTime } = line();
  activity.free(2, 200);
  passTime();
  activity.free(1, 200);
  passTime();
  passTime();
  activity.free(0, 200);
  assert.deepEqual(said, ["2 livres de 200", "1 livre de 200", "nenhuma livre de 200"]);
});

test("a single reader is not counted as an audience", () => {
  const { activity, said, passTime } = line();
  activity.audience(3);
  assert.deepEqual(said, []);
  activity.free(53, 200);
  passTime();
  activity.audience(1);
  assert.deepEqual(said, ["53 livres de 200 · 3 pessoas vendo agora", "53 livres de 200"]);
});
