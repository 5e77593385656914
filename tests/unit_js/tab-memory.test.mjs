import assert from "node:assert/strict";
import { test } from "node:test";
import { tabMemory } from "../../static/tab-memory.js";

/** As browsers fail: nothing may be read at all, or nothing more is taken. */
const BROKEN = {
  blocked: {
    get: () => {
      throw new Error("SecurityError");
    },
  },
  full: {
    value: {
      getItem: () => null,
      setItem: () => {
        throw new Error("QuotaExceededError");
      },
      removeItem: () => {},
    },
  },
  missing: { value: undefined },
};

for (const [how, storage] of Object.entries(BROKEN)) {
  test(`with a storage that is ${how} values last as long as the page`, () => {
    Object.defineProperty(globalThis, "sessionStorage", { configurable: true, ...storage });
    assert.equal(tabMemory.getItem(how), null);
    tabMemory.setItem(how, "something");
    assert.equal(tabMemory.getItem(how), "something");
    tabMemory.removeItem(how);
    assert.equal(tabMemory.getItem(how), null);
  });
}

test("values of before a reload are there, and new ones are stored", () => {
  const kept = new Map([["before", "a"]]);
  const value = {
    getItem: (place) => kept.get(place) ?? null,
    setItem: (place, text) => kept.set(place, text),
    removeItem: (place) => kept.delete(place),
  };
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, value });
  assert.equal(tabMemory.getItem("before"), "a");
  tabMemory.setItem("now", "b");
  tabMemory.removeItem("before");
  assert.deepEqual([...kept], [["now", "b"]]);
});
