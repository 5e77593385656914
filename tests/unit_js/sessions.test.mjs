import assert from "node:assert/strict";
import { test } from "node:test";
import { othersWithSeats } from "../../static/sessions.js";

const at = (id, hour, livres = 10, titulo = "A", encerrada = false) => ({
  id,
  inicio: `2026-12-13T${hour}:00:00-03:00`,
  livres,
  encerrada,
  filme: { id: titulo, titulo },
});
const others = (session, ...list) =>
  othersWithSeats(session, [...list, session].filter(Boolean))
    .map(({ id }) => id)
    .join(" ");
const full = at("full", 18, 0);

test("later sessions of the film that have seats come first, in the order of time, however the list is sorted", () => {
  assert.equal(
    others(full, at("late", 22), at("soon", 20), at("other", 19, 10, "B")),
    "soon late other",
  );
});

test("a later session of another film comes before an earlier one of the film, and an earlier one of another film last", () => {
  assert.equal(
    others(full, at("before", 15, 10, "B"), at("early", 14), at("other", 19, 10, "B")),
    "other early before",
  );
});

test("another film with the same title is another film", () => {
  const remake = { ...at("remake", 19), filme: { id: "2019", titulo: "A" } };
  assert.equal(others(full, remake, at("original", 22)), "original remake");
});

test("what is full or over is not offered, nor the session itself", () => {
  assert.equal(others(full, at("none", 20, 0), at("over", 21, 5, "A", true)), "");
  assert.equal(others(at("freed", 18), at("none", 20, 0)), "");
});

test("where nobody knows which session was meant, the next ones are offered", () => {
  assert.equal(others(null, at("late", 22), at("soon", 20, 10, "B")), "soon late");
});
