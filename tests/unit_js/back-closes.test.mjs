import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { BackCloses } from "../../static/back-closes.js";

/** A browser's history: it goes back a moment after it was asked to. */
let entries;
let at;
let listeners;
let waiting;
let closes;

beforeEach(() => {
  [entries, at, listeners, waiting, closes] = [["programme", null], 1, [], [], 0];
});
globalThis.document = { activeElement: null };
globalThis.addEventListener = (_, listener) => listeners.push(listener);
globalThis.history = {
  get state() {
    return entries[at];
  },
  pushState(state) {
    entries.splice(++at, entries.length, state);
  },
  back() {
    waiting.push(() => goBack());
  },
};

function goBack() {
  at--;
  for (const listener of listeners) listener();
}
const settle = () => {
  while (waiting.length) waiting.shift()();
};
const guard = (does = true) =>
  new BackCloses(() => {
    closes++;
    return does;
  });

test("Back closes what is open and stays on the page", () => {
  guard().opened();
  goBack();
  assert.deepEqual([closes, at], [1, 1]);
});

test("a dialog that is closed otherwise removes its entry: Back then leaves the page", () => {
  const back = guard();
  back.opened();
  back.closed();
  settle();
  assert.deepEqual([closes, at], [0, 1]);
});

test("a dialog that may not be closed stays, and the next Back tries again", () => {
  guard(false).opened();
  goBack();
  assert.deepEqual([closes, at], [1, 2]);
  goBack();
  assert.deepEqual([closes, at], [2, 2]);
});

test("what is opened again before the browser has gone back is open, with an entry", () => {
  const back = guard();
  back.opened();
  back.closed();
  back.opened();
  settle();
  assert.deepEqual([closes, at, history.state], [0, 2, { over: true }]);
});

test("an entry of before a reload goes", () => {
  entries.push({ over: true });
  at = 2;
  guard();
  settle();
  assert.deepEqual([closes, at], [0, 1]);
});

test("Back with nothing open is ignored", () => {
  guard();
  goBack();
  assert.equal(closes, 0);
});
