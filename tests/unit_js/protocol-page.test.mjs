import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseFrame } from "../../static/protocol.js";

const PAGE = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
const EXAMPLES = [...PAGE.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json]) => json);
const FRAMES = EXAMPLES.filter((json) => {
  const { evento, status, tipo } = JSON.parse(json);
  return evento || (status && tipo);
});

test("the page reads every frame that the protocol's document shows", () => {
  const kinds = FRAMES.map((json) => parseFrame(json).kind);
  const known = ["snapshot", "update", "mine", "live", "audience", "reply"];
  assert.deepEqual(new Set(kinds), new Set(known));
});

test("a snapshot and an update of the document have their seats and versions", () => {
  const [snapshot, update] = FRAMES.map((json) => parseFrame(json));
  assert.deepEqual([...snapshot.seats.keys()], ["A05", "B01"]);
  assert.equal(update.since, snapshot.version);
  assert.deepEqual(
    update.changes.map((change) => change.seat),
    ["F07", "C03", "B02"],
  );
});
