import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SeatStore } from "../../static/store.js";

let now;
let store;

const snapshot = (version, seats = {}) =>
  store.apply({ kind: "snapshot", version, seats: new Map(Object.entries(seats)) });
const update = (since, version, ...changes) =>
  store.apply({
    kind: "update",
    since,
    version,
    changes: changes.map(([type, seat, reason = ""]) => ({ type, seat, reason })),
  });
const mine = (holds, ...bought) =>
  store.apply({ kind: "mine", holds: new Map(Object.entries(holds)), bought });

beforeEach(() => {
  now = 1000;
  store = new SeatStore(() => now);
});

test("before the first snapshot nothing is free", () => {
  assert.equal(store.stateOf("A01"), "unknown");
  snapshot(1);
  assert.equal(store.stateOf("A01"), "free");
  update(5, 6);
  assert.equal(store.stateOf("A01"), "free");
});

test("a snapshot replaces everything that was known", () => {
  snapshot(3, { A01: "sold", A02: "held" });
  const effect = snapshot(9, { A02: "sold" });
  assert.deepEqual(
    [store.stateOf("A01"), store.stateOf("A02"), store.version],
    ["free", "sold", 9],
  );
  assert.deepEqual(effect.changed, new Set(["A01", "A02"]));
});

test("an update that is old or repeated changes nothing", () => {
  snapshot(5);
  update(4, 5, ["held", "A01"]);
  update(2, 3, ["sold", "A02"]);
  assert.deepEqual([store.stateOf("A01"), store.stateOf("A02")], ["free", "free"]);
});

test("an update that overlaps what is known is taken: its changes are absolute", () => {
  snapshot(5, { A01: "held" });
  assert.equal(update(4, 7, ["held", "A01"], ["sold", "A01"]).gap, false);
  assert.deepEqual([store.stateOf("A01"), store.version], ["sold", 7]);
});

test("a snapshot counts also where its version is lower: the data behind it is other data", () => {
  snapshot(53, { A01: "sold" });
  assert.deepEqual([...snapshot(0).changed], ["A01"]);
  assert.equal(store.stateOf("A01"), "free");
  update(0, 1, ["held", "A02"]);
  assert.deepEqual([store.version, store.stateOf("A02")], [1, "held"]);
});

test("a gap is reported once, and updates are ignored until the next snapshot", () => {
  snapshot(5);
  assert.equal(update(6, 7, ["sold", "A01"]).gap, true);
  assert.equal(update(7, 8, ["sold", "A02"]).gap, false);
  assert.equal(store.stateOf("A02"), "free");
  snapshot(8, { A01: "sold", A02: "sold" });
  assert.equal(update(8, 9, ["sold", "A03"]).gap, false);
  assert.equal(store.stateOf("A03"), "sold");
});

test("updates before the first snapshot are left to it", () => {
  assert.deepEqual(update(0, 1, ["sold", "A01"]).gap, false);
  assert.equal(store.stateOf("A01"), "unknown");
});

test("an own seat is ours, and somebody's own seat is held", () => {
  snapshot(1, { F07: "held", F08: "held" });
  mine({ F07: 5000 });
  assert.deepEqual([store.stateOf("F07"), store.stateOf("F08")], ["mine", "held"]);
});

test("the first own hold to end gives the time left", () => {
  mine({ F07: 5000, F08: 3000 });
  now += 1000;
  assert.equal(store.msLeft, 2000);
  now += 9000;
  assert.equal(store.msLeft, 0);
});

test("an own hold that times out is reported as expired", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 5000 });
  assert.deepEqual(update(1, 2, ["freed", "F07", "timeout"]).expired, ["F07"]);
  assert.equal(store.msLeft, null);
});

test("an own hold that another tab released is not reported as expired", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 60000 });
  assert.deepEqual(update(1, 2, ["freed", "F07", "liberado"]).expired, []);
  assert.deepEqual(mine({}).expired, []);
});

test("own seats that end before the map's update are reported as expired", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 5000 });
  now += 4900;
  assert.deepEqual(mine({}).expired, ["F07"]);
});

test("a seat that is released and held again within one frame stays ours", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 5000 });
  update(1, 3, ["freed", "F07", "liberado"], ["held", "F07"]);
  assert.equal(store.stateOf("F07"), "mine");
});

test("own seats that are gone after a reconnect are reported as expired, bought ones are not", () => {
  snapshot(1, { F07: "held", F08: "held" });
  mine({ F07: 5000, F08: 5000 });
  assert.deepEqual(snapshot(9, { F08: "sold" }).expired, ["F07"]);
  assert.deepEqual([store.mine, store.stateOf("F08")], [[], "sold"]);
});

test("a seat that somebody else has by now stays ours only until the next frame of own seats", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 60000 });
  snapshot(9, { F07: "held" });
  assert.equal(store.stateOf("F07"), "mine");
  mine({});
  assert.equal(store.stateOf("F07"), "held");
});

test("a request shows its wish at once and falls back when it is answered", () => {
  snapshot(1);
  store.ask(["F07"], "hold");
  assert.equal(store.stateOf("F07"), "asking");
  store.answered(["F07"]);
  assert.equal(store.stateOf("F07"), "free");
  store.granted(["F07"], 5000);
  store.ask(["F07"], "release");
  assert.equal(store.stateOf("F07"), "free");
  store.answered(["F07"]);
  assert.equal(store.stateOf("F07"), "mine");
});

test("a released seat is free at once, before the map's update", () => {
  snapshot(1, { F07: "held", F08: "held" });
  mine({ F07: 5000, F08: 9000 });
  store.released(["F07"]);
  assert.deepEqual([store.stateOf("F07"), store.mine, store.msLeft], ["free", ["F08"], 9000]);
  mine({ F07: 5000, F08: 9000 }); // sent before the release
  assert.equal(store.stateOf("F07"), "free");
  assert.deepEqual(update(1, 2, ["freed", "F07", "liberado"]).expired, []);
  mine({ F08: 9000 });
  assert.equal(store.stateOf("F07"), "free");
});

test("a seat that was given back and went to somebody else at once is held", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 60000 });
  store.released(["F07"]);
  update(1, 3, ["freed", "F07", "liberado"], ["held", "F07"]);
  mine({});
  assert.equal(store.stateOf("F07"), "held");
});

test("a seat that was given back and taken again is ours", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 5000 });
  store.released(["F07"]);
  store.granted(["F07"], 5000);
  assert.equal(store.stateOf("F07"), "mine");
  update(1, 3, ["freed", "F07", "liberado"], ["held", "F07"]);
  assert.deepEqual([store.stateOf("F07"), store.mine], ["mine", ["F07"]]);
});

test("a seat that is sold to us is ours at once, without a moment as somebody else's or as expired", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 1500 });
  const effect = mine({}, "F07"); // arrives before the map's update
  assert.deepEqual(
    [store.stateOf("F07"), store.mine, effect.expired, [...effect.changed]],
    ["bought", [], [], ["F07"]],
  );
  update(1, 2, ["sold", "F07"]);
  assert.equal(store.stateOf("F07"), "bought");
});

test("the reply to a payment says so, too", () => {
  snapshot(1, { F07: "held" });
  mine({ F07: 5000 });
  store.sold(["F07"]);
  assert.deepEqual([store.stateOf("F07"), store.mine], ["bought", []]);
});

test("a seat that another page released is no longer ours", () => {
  snapshot(1, { F07: "sold", F08: "sold" });
  mine({}, "F07", "F08");
  update(1, 2, ["freed", "F07", "cancelado"]);
  assert.deepEqual([store.stateOf("F07"), store.stateOf("F08")], ["free", "bought"]);
  snapshot(9, { F07: "held", F08: "held" });
  assert.equal(store.stateOf("F08"), "held");
});

test("a bought seat that the next frame does not name is not bought any more", () => {
  snapshot(1, { F07: "sold" });
  mine({}, "F07");
  assert.deepEqual([...mine({}).changed], ["F07"]);
  assert.equal(store.stateOf("F07"), "sold");
});

test("held and sold seats are counted apart", () => {
  snapshot(1, { A01: "sold", A02: "held", A03: "held" });
  assert.deepEqual(store.counts, { sold: 1, held: 2 });
});

test("frames of another kind change nothing", () => {
  assert.equal(store.apply({ kind: "unknown" }).changed.size, 0);
});
