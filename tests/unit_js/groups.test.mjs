import assert from "node:assert/strict";
import { test } from "node:test";
import { bestGroups, divided, groupAround } from "../../static/groups.js";
import { room } from "./hall.mjs";

const free =
  (taken = "") =>
  (seat) =>
    !taken.split(" ").includes(seat.name);
const names = (group) => group?.map(({ name }) => name).join(" ");
const around = (hall, name, size, taken) =>
  names(groupAround(hall, free(taken), hall.seats.get(name), size));
const parts = (hall, size, taken) => divided(hall, free(taken), size)?.map(names) ?? null;

test("the best group is two thirds back and centred, and others follow by their distance", () => {
  const hall = room(..."ABCD".split("").map((name) => `${name} ......`));
  assert.deepEqual(bestGroups(hall, free(), 2).slice(0, 3).map(names), [
    "C03 C04",
    "B03 B04",
    "C01 C02",
  ]);
});

test("a group sits around the seat that was pointed at", () => {
  const row = room("A ...........");
  assert.equal(around(row, "A06", 3), "A05 A06 A07");
  assert.equal(around(row, "A06", 1), "A06");
});

test("a group moves aside rather than leave one seat over", () => {
  const row = room("A ..........");
  assert.equal(around(row, "A02", 2), "A01 A02");
  assert.equal(around(row, "A03", 3), "A03 A04 A05");
  assert.equal(around(row, "A05", 2, "A03"), "A04 A05");
  assert.equal(around(row, "A09", 2), "A09 A10");
});

test("where one is left over anyhow the group stays where it was pointed at", () => {
  assert.equal(around(room("A ..._..."), "A01", 2), "A01 A02");
  assert.equal(around(room("A ..._..."), "A03", 2), "A02 A03");
});

test("a group is of one kind where it can be, and never of places made for somebody", () => {
  assert.equal(around(room("A PPP..."), "A04", 2), "A04 A05");
  assert.equal(around(room("A CA...."), "A03", 2), "A03 A04");
  assert.equal(around(room("A CA...."), "A02", 1), undefined);
});

test("a gap, an aisle or somebody between is no way to sit together", () => {
  assert.equal(around(room("A .._.."), "A02", 3), undefined);
  assert.equal(around(room("A ....."), "A02", 3, "A03"), undefined);
});

test("a party that fits nowhere is divided into few parts, near to each other, without a single person", () => {
  assert.deepEqual(parts(room("A ...", "B ..", "C ...", "D .."), 5), ["C01 C02 C03", "B01 B02"]);
  assert.deepEqual(
    parts(room("A ...._.."), 5).map((part) => part.split(" ").length),
    [3, 2],
  );
  assert.deepEqual(parts(room("A ...._."), 5), ["A01 A02 A03 A04", "A05"]);
  assert.deepEqual(parts(room("A ._._."), 3), ["A02", "A01", "A03"]);
});

test("more people than free seats are not seated", () => {
  assert.equal(parts(room("A .._.."), 5), null);
  assert.deepEqual(parts(room("A .._C"), 2), ["A01 A02"]);
});
