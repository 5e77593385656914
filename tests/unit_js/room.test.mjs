import assert from "node:assert/strict";
import { test } from "node:test";
import { seatAfterKey } from "../../static/grid-keys.js";
import { Room, stretches } from "../../static/room.js";
import { rowName } from "../../static/seat-text.js";
import { room } from "./hall.mjs";

const hall = room("A _.._..", "B ......", "X ", "AA C.__..");
const go = (name, key, control = false) =>
  seatAfterKey(hall, hall.seats.get(name), key, control)?.name ?? null;

test("a seat knows its row, its number and its place", () => {
  const { row, number, line, column, price, kind } = hall.seats.get("AA03");
  assert.deepEqual([row, number, line, column, price, kind], ["AA", 3, 3, 4, 3200, "comum"]);
  assert.equal(hall.columns, 6);
});

test("the legend has each kind once with its lowest price", () => {
  assert.deepEqual(
    [...hall.kinds()],
    [
      ["comum", 3200],
      ["cadeirante", 2000],
    ],
  );
});

test("a gap comes before a balcony, but not before row AA after row Z", () => {
  assert.deepEqual(
    room("N .", "AA .", "AB .").rows.map((row) => row.apart),
    [false, true, false],
  );
  assert.deepEqual(
    room("Z .", "AA .").rows.map((row) => row.apart),
    [false, false],
  );
});

test("a gap comes before a named block of rows, whatever its letters", () => {
  const rows = ["A", "B", "C"].map((nome) => ({
    nome,
    lugares: [],
    ...(nome === "B" && { bloco: "Mezanino" }),
  }));
  const {
    rows: [a, b, c],
  } = new Room(rows);
  assert.deepEqual(
    [a, b, c].map(({ apart, block }) => [apart, block]),
    [
      [false, ""],
      [true, "Mezanino"],
      [false, ""],
    ],
  );
  assert.deepEqual([a, b].map(rowName), ["Fila A", "Fila B · Mezanino"]);
});

test("arrows go to the neighbour, over gaps and rows without seats", () => {
  assert.equal(go("A02", "ArrowRight"), "A03");
  assert.equal(go("A03", "ArrowLeft"), "A02");
  assert.equal(go("A01", "ArrowDown"), "B02");
  assert.equal(go("B03", "ArrowDown"), "AA02");
  assert.equal(go("AA04", "ArrowUp"), "B06");
});

test("couple's seats are halves of sofas, by twos from the left", () => {
  const { seats } = room("A DDD_DD.");
  assert.deepEqual(
    [...seats.values()].map(({ partner }) => partner),
    [2, 1, 0, 5, 4, 0],
  );
});

test("the edges of the room hold", () => {
  assert.equal(go("A01", "ArrowUp"), "A01");
  assert.equal(go("A01", "ArrowLeft"), "A01");
  assert.equal(go("AA04", "ArrowRight"), "AA04");
  assert.equal(go("AA04", "ArrowDown"), "AA04");
});

test("Home and End stay in the row, with Control they span the room", () => {
  assert.deepEqual([go("B03", "Home"), go("B03", "End")], ["B01", "B06"]);
  assert.deepEqual([go("B03", "Home", true), go("B03", "End", true)], ["A01", "AA04"]);
});

test("a letter goes to its row, and again to the next one of that letter", () => {
  assert.equal(go("A01", "b"), "B02");
  assert.equal(go("B01", "a"), "A01");
  assert.equal(go("A01", "a"), "AA02");
  assert.equal(go("AA01", "a"), "A01");
  assert.equal(go("A01", "x"), null);
});

test("other keys mean nothing to the map", () => {
  for (const key of ["Enter", " ", "Tab", "F5", "7"]) assert.equal(go("A01", key), null);
  assert.equal(go("A01", "b", true), null);
});

test("the nearest free seats are of the lost seat's kind and beside it", () => {
  const plain = room("A ....", "B ....");
  assert.deepEqual(
    plain.nearest(["A02"], () => true, 2),
    [["A01"], ["A03"]],
  );
  assert.deepEqual(
    plain.nearest(["A02"], (seat) => seat !== "A01", 2),
    [["A03"], ["A04"]],
  );
  assert.deepEqual(
    room("A .C.C").nearest(["A02"], () => true, 1),
    [["A04"]],
  );
  assert.deepEqual(
    plain.nearest(["Z99"], () => true, 2),
    [],
  );
});

test("as many as were lost are side by side, and no two groups share a seat", () => {
  const plain = room("A ......", "B ......");
  assert.deepEqual(
    plain.nearest(["A03", "A04"], () => true, 3),
    [
      ["A01", "A02"],
      ["A05", "A06"],
      ["B03", "B04"],
    ].sort(),
  );
  assert.deepEqual(
    plain.nearest(["A03"], () => true, 1, 3),
    [["A04", "A05", "A06"]],
  );
  assert.deepEqual(
    room("A ._._.").nearest(["A01", "A02"], () => true, 2),
    [],
  );
});

test("no pair divides a sofa", () => {
  assert.deepEqual(
    room("A ..DDD").nearest(["A01", "A02"], () => true, 2),
    [["A03", "A04"]],
  );
});

test("a stretch ends at a gap, and at a seat that does not belong", () => {
  const names = stretches(room("A ..C._..").rows[0].seats, ({ kind }) => kind === "comum").map(
    (run) => run.map(({ name }) => name),
  );
  assert.deepEqual(names, [["A01", "A02"], ["A04"], ["A05", "A06"]]);
});
