import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { problems, verdict } from "./guest.mjs";
import { room } from "./hall.mjs";

const cases = JSON.parse(readFileSync(new URL("./seating_cases.json", import.meta.url), "utf8"));

for (const {
  name,
  lugar_isolado = "",
  acompanhante_sem_cadeirante = "",
  ...facts
} of cases.problems) {
  test(`booking and page agree: ${name}`, () => {
    assert.deepEqual(verdict(facts), { lugar_isolado, acompanhante_sem_cadeirante });
  });
}

for (const { name, rows, sofas } of cases.sofas) {
  test(`booking and page agree on sofas: ${name}`, () => {
    const pairs = [...room(...rows).otherHalves].filter(([left, right]) => left < right);
    assert.equal(pairs.map((pair) => pair.join("+")).join(" "), sofas);
  });
}

test("a neighbour that the map did not show yet when the hold was granted was still there first", () => {
  assert.equal(verdict({ rows: ["A ......"], mine: "A03", unheard: "A05" }).lugar_isolado, "A04");
});

const offers = (found) =>
  found.flatMap((problem) =>
    problem.offers.map(({ take, release }) => `${release.join(" ")} > ${take.join(" ")}`),
  );
const alone = (rows, facts) => problems(rows, facts).flatMap(({ seats }) => seats);

test("two groups of one's own may not leave one between them", () => {
  const found = problems(["A ........"], { mine: "A03 A05" });
  assert.deepEqual(offers(found), [" > A04", "A03 > A04"]);
});

test("the single seat as well is offered while more seats may be held", () => {
  const row = ["A ........"];
  assert.deepEqual(offers(problems(row, { taken: "A01", mine: "A03" })), [" > A02", "A03 > A02"]);
  assert.deepEqual(offers(problems(row, { taken: "A01", mine: "A03", limit: 1 })), ["A03 > A02"]);
});

test("the offer to move keeps a group together and its kind", () => {
  assert.deepEqual(offers(problems(["A ........"], { mine: "A02 A03 A04", limit: 3 })), [
    "A02 > A05",
  ]);
  assert.deepEqual(offers(problems(["A PP......"], { mine: "A04 A05 A07", limit: 3 })), [
    "A07 > A06",
  ]);
});

test("where one move does not mend it, the whole group is offered a place", () => {
  assert.deepEqual(offers(problems(["A ........."], { mine: "A02 A04 A06 A08", limit: 4 })), [
    "A02 A08 > A03 A05",
  ]);
});

test("every offer to move mends", () => {
  for (let mask = 1; mask < 2 ** 7; mask++) {
    const mine = [...Array(7).keys()].filter((i) => mask & (2 ** i)).map((i) => `A0${i + 1}`);
    for (const { offers: found } of problems(["A ......."], {
      mine: mine.join(" "),
      limit: mine.length,
    })) {
      assert.equal(found.length, 1, mine.join());
      const next = [
        ...mine.filter((seat) => !found[0].release.includes(seat)),
        ...found[0].take,
      ].sort();
      assert.equal(next.length, mine.length);
      assert.deepEqual(alone(["A ......."], { mine: next.join(" ") }), [], `${mine} > ${next}`);
    }
  }
});

test("a companion seat alone is a problem, with the space beside it offered", () => {
  const found = problems(["A CCA...."], { mine: "A03" });
  assert.deepEqual(
    found.map(({ kind, seats }) => [kind, seats]),
    [["companion", ["A03"]]],
  );
  assert.deepEqual(offers(found), [" > A02", "A03 > "]);
});

test("a space of somebody else, or elsewhere in the row, does not count", () => {
  assert.equal(problems(["A CA.._..AC"], { mine: "A02 A08" }).length, 1);
  assert.deepEqual(offers(problems(["A CA...."], { mine: "A02", taken: "A01" })), ["A02 > "]);
});

test("a space that was bought before counts as long as it is sold", () => {
  assert.deepEqual(problems(["A CA...."], { mine: "A02", taken: "A01", bought: "A01" }), []);
  assert.equal(problems(["A CA...."], { mine: "A02", bought: "A01" }).length, 1);
});
