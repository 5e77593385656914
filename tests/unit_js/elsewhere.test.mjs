import assert from "node:assert/strict";
import { test } from "node:test";

// Before anything is loaded: where the reader is.
process.env.TZ = "Europe/Lisbon";
const { dayAndHour, hour, isElsewhere, namedHour } = await import("../../static/format.js");

const INICIO = "2026-12-13T17:45:00-03:00";

test("times are the cinema's, and named as that for a reader whose clocks show others", () => {
  const date = new Date(INICIO);
  assert.equal(isElsewhere(date), true);
  assert.equal(hour(date), "17h45");
  assert.equal(namedHour(date), "17h45 (hor\u00e1rio de Bras\u00edlia)");
  assert.equal(dayAndHour(INICIO), "dom 13/12 \u00b7 17h45 (hor\u00e1rio de Bras\u00edlia)");
});
