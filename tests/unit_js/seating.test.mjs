import assert from "node:assert/strict";
import { test } from "node:test";
import { Seating } from "../../static/seating.js";
import { room } from "./hall.mjs";

/**
 * A buyer in a hall. `taken` is "A01 A05": there before the buyer; `later` come after his choice.
 */
function problems(rows, { mine, taken = "", later = "", limit = 6, bought = "" }) {
  const hall = room(...rows);
  const list = (names) => names.split(" ").filter(Boolean);
  const gone = new Set(list(taken));
  const state = (seat) => gone.has(seat) ? "ocupado" : list(mine).includes(seat) ? "seu" : "livre";
  const seating = new Seating(hall, limit, state, (seat) => list(bought).includes(seat));
  const seats = list(mine).map((name) => hall.seats.get(name));
  seating.problems(seats);
  for (const seat of list(later)) gone.add(seat);
  return seating.problems(seats);
}

const offers = (found) => found.flatMap((problem) => problem.offers.map(({ take, release }) => `${release.join(" ")} > ${take.join(" ")}`));
const alone = (rows, facts) => problems(rows, facts).flatMap(({ seats }) => seats);

test("a single seat left beside a taken one is a problem", () => {
  assert.deepEqual(alone(["A ......"], { taken: "A01", mine: "A03" }), ["A02"]);
});

test("a single seat left at the end of a row or at the aisle is one, too", () => {
  assert.deepEqual(alone(["A ....._..."], { mine: "A02" }), ["A01"]);
  assert.deepEqual(alone(["A ....._..."], { mine: "A04" }), ["A05"]);
  assert.deepEqual(alone(["A ....._..."], { mine: "A07" }), ["A06", "A08"]);
  assert.deepEqual(alone(["A ....._..."], { mine: "A06" }), []);
});

test("no seat left, or two, is none", () => {
  assert.deepEqual(alone(["A ......"], { taken: "A01", mine: "A02 A03" }), []);
  assert.deepEqual(alone(["A ......"], { taken: "A01", mine: "A04" }), []);
  assert.deepEqual(alone(["A ......"], { mine: "" }), []);
});

test("a seat that was alone before is nobody's fault", () => {
  assert.deepEqual(alone(["A ......"], { taken: "A02", mine: "A03 A04" }), []);
});

test("two groups of one's own may not leave one between them", () => {
  const found = problems(["A ........"], { mine: "A03 A05" });
  assert.deepEqual(offers(found), [" > A04", "A03 > A04"]);
});

test("it cannot be helped where one seat is left wherever one sits", () => {
  assert.deepEqual(alone(["A ...."], { taken: "A04", mine: "A01 A03" }), []);
  assert.deepEqual(alone(["A ...."], { taken: "A01", mine: "A02 A03" }), []);
});

test("places that are made for somebody are left alone, and close a stretch", () => {
  assert.deepEqual(alone(["A CA...."], { mine: "A04" }), ["A03"]);
  assert.deepEqual(alone(["A ..C...."], { mine: "A01 A02" }), []);
});

test("who was there first is not asked to move for who came later", () => {
  assert.deepEqual(alone(["A ......"], { mine: "A03", later: "A05" }), []);
  assert.deepEqual(alone(["A ......"], { mine: "A03", taken: "A05" }), ["A04"]);
});

test("the single seat as well is offered while more seats may be held", () => {
  const row = ["A ........"];
  assert.deepEqual(offers(problems(row, { taken: "A01", mine: "A03" })), [" > A02", "A03 > A02"]);
  assert.deepEqual(offers(problems(row, { taken: "A01", mine: "A03", limit: 1 })), ["A03 > A02"]);
});

test("the offer to move keeps a group together and its kind", () => {
  assert.deepEqual(offers(problems(["A ........"], { mine: "A02 A03 A04", limit: 3 })), ["A02 > A05"]);
  assert.deepEqual(offers(problems(["A PP......"], { mine: "A04 A05 A07", limit: 3 })), ["A07 > A06"]);
});

test("where one move does not mend it, the whole group is offered a place", () => {
  assert.deepEqual(offers(problems(["A ........."], { mine: "A02 A04 A06 A08", limit: 4 })), ["A02 A08 > A03 A05"]);
});

test("every offer to move mends", () => {
  for (let mask = 1; mask < 2 ** 7; mask++) {
    const mine = [...Array(7).keys()].filter((i) => mask & (2 ** i)).map((i) => `A0${i + 1}`);
    for (const { offers: found } of problems(["A ......."], { mine: mine.join(" "), limit: mine.length })) {
      assert.equal(found.length, 1, mine.join());
      const next = [...mine.filter((seat) => !found[0].release.includes(seat)), ...found[0].take].sort();
      assert.equal(next.length, mine.length);
      assert.deepEqual(alone(["A ......."], { mine: next.join(" ") }), [], `${mine} > ${next}`);
    }
  }
});

test("a companion seat alone is a problem, with the space beside it offered", () => {
  const found = problems(["A CCA...."], { mine: "A03" });
  assert.deepEqual(found.map(({ kind, seats }) => [kind, seats]), [["acompanhante", ["A03"]]]);
  assert.deepEqual(offers(found), [" > A02", "A03 > "]);
});

test("a companion seat with an own space beside it is none", () => {
  assert.deepEqual(problems(["A CCA...."], { mine: "A01 A03" }), []);
});

test("a space of somebody else, or elsewhere in the row, does not count", () => {
  assert.equal(problems(["A CA.._..AC"], { mine: "A02 A08" }).length, 1);
  assert.deepEqual(offers(problems(["A CA...."], { mine: "A02", taken: "A01" })), ["A02 > "]);
});

test("a space that was bought before counts as long as it is sold", () => {
  assert.deepEqual(problems(["A CA...."], { mine: "A02", taken: "A01", bought: "A01" }), []);
  assert.equal(problems(["A CA...."], { mine: "A02", bought: "A01" }).length, 1);
});
