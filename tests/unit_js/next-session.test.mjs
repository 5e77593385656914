import assert from "node:assert/strict";
import { test } from "node:test";
import { nextWithSeats } from "../../static/next-session.js";

const at = (id, hour, livres = 10, titulo = "A", encerrada = false) =>
  ({ id, inicio: `2026-12-13T${hour}:00:00-03:00`, livres, encerrada, filme: { id: titulo, titulo } });
const next = (session, ...others) => nextWithSeats(session, [session, ...others])?.id;
const full = at("full", 18, 0);

test("the next session of the same film that has seats is offered, however the list is sorted", () => {
  assert.equal(next(full, at("late", 22), at("soon", 20), at("other", 19, 10, "B")), "soon");
});

test("an earlier session of the film is better than another film", () => {
  assert.equal(next(full, at("early", 14), at("other", 19, 10, "B")), "early");
});

test("another film with the same title is another film", () => {
  const remake = { ...at("remake", 19), filme: { id: "2019", titulo: "A" } };
  assert.equal(next(full, remake, at("original", 22)), "original");
});

test("without one of the film another film is offered, without any nothing is", () => {
  assert.equal(next(full, at("none", 20, 0), at("over", 21, 5, "A", true), at("other", 19, 10, "B")), "other");
  assert.equal(next(full, at("none", 20, 0)), undefined);
});
