import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Repaint } from "../../static/repaint.js";

const FRAME_MS = 16;
const crowd = Array.from({ length: 100 }, (_, n) => `A${n}`);

let clock;
let painted;
let repaint;

/** A browser whose paintings take no time of their own: a frame is 16 ms after it was asked for. */
class Clock {
  time = 0;
  waiting = [];
  now = () => this.time;
  nextFrame = (then) => this.afterwards(then, FRAME_MS);
  afterwards = (then, ms) => this.waiting.push({ then, at: this.time + ms });

  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      this.waiting.sort((a, b) => a.at - b.at);
      if (!this.waiting.length || this.waiting[0].at > end) break;
      const { then, at } = this.waiting.shift();
      this.time = at;
      then();
    }
    this.time = end;
  }
}

beforeEach(() => {
  clock = new Clock();
  painted = [];
  repaint = new Repaint(
    (seats, lively) => painted.push({ seats: seats.length, lively, at: clock.time }),
    clock,
  );
});

test("all changes within a frame are painted together, each seat once", () => {
  repaint.follow(["A01", "A02"], true);
  repaint.follow(["A02"], true);
  repaint.mark(["A03"]);
  clock.pass(1000);
  assert.deepEqual(painted, [{ seats: 3, lively: true, at: FRAME_MS }]);
});

test("a few changes are painted each frame, many without animations", () => {
  for (let n = 0; n < 5; n++) {
    repaint.follow(["A01"], true);
    clock.pass(FRAME_MS);
  }
  repaint.follow(crowd, true);
  clock.pass(FRAME_MS);
  assert.deepEqual(
    painted.map(({ lively }) => lively),
    [true, true, true, true, true, false],
  );
});

test("after many changes painting pauses, then shows all that arrived", () => {
  for (let ms = 0; ms < 1000; ms += 10) {
    repaint.follow(crowd, true);
    clock.pass(10);
  }
  const pauses = painted.slice(1).map(({ at }, n) => at - painted[n].at);
  assert.ok(Math.min(...pauses) >= 3 * FRAME_MS, pauses);
  const last = painted.length;
  clock.pass(1000);
  assert.ok(painted.length <= last + 1);
});

test("the reader's own changes are painted in the next frame, also during a pause", () => {
  repaint.follow(crowd, true);
  clock.pass(FRAME_MS + 1);
  repaint.follow(["B01"], true);
  repaint.mark(["B02"]);
  clock.pass(FRAME_MS);
  assert.deepEqual(painted.at(-1), { seats: 2, lively: true, at: 2 * FRAME_MS + 1 });
});

test("a page that slept while much changed paints it once when it wakes", () => {
  clock.nextFrame = (then) => clock.afterwards(then, 3_600_000);
  for (let n = 0; n < 10; n++) repaint.follow(crowd, true);
  clock.pass(3_600_000);
  assert.deepEqual(
    painted.map(({ seats }) => seats),
    [100],
  );
});

test("a map of 3,000 seats that is new comes in parts, and what the reader does comes first", () => {
  const all = Array.from({ length: 3000 }, (_, n) => `S${n}`);
  const order = [];
  repaint = new Repaint((seats) => order.push(seats), clock);
  repaint.follow(all, false);
  clock.pass(FRAME_MS);
  repaint.mark(["B02"]);
  clock.pass(20 * FRAME_MS);
  assert.ok(Math.max(...order.map((seats) => seats.length)) <= 500);
  assert.equal(order[1][0], "B02");
  assert.deepEqual(new Set(order.flat()), new Set([...all, "B02"]));
});
