import assert from "node:assert/strict";
import { test } from "node:test";
import { lazily, loaded } from "../../static/lazy.js";

/** A load that fails so many times. @param {number} failures */
function failing(failures) {
  const load = async () => {
    if (load.tries++ < failures) throw new Error("the network changed");
    return "module";
  };
  load.tries = 0;
  return load;
}

test("a load that fails once is tried once more", async () => {
  const load = failing(1);
  assert.equal(await lazily(load), "module");
  assert.equal(load.tries, 2);
});

test("a load that fails twice is given up", async () => {
  const load = failing(9);
  assert.equal(await lazily(load), null);
  assert.equal(load.tries, 2);
  await assert.rejects(loaded(failing(2)), /network/);
});
