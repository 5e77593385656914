import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "es" } };
const { dayAndHour, dayNear, filmLength, money, roughly } = await import("../../static/format.js");
const { enumerate, t } = await import("../../static/text.js");
const { seatName } = await import("../../static/seat-text.js");

const plain = (text) => text.replace(/\u00a0/g, " ");

test("seats, numbers, money, days and lists are Spanish", () => {
  assert.equal(
    seatName({ name: "A14", row: "A", number: 14, kind: "cadeirante", price: 3200 }, "free"),
    "Fila A, butaca 14, espacio para silla de ruedas, sin butaca, libre, R$32.00",
  );
  assert.equal(t("programme.free", { n: 1 }), "1 lugar libre");
  assert.equal(money(123456), "R$1,234.56");
  assert.equal(dayAndHour("2026-12-13T17:45:00-03:00"), "dom 13 dic · 17:45");
  assert.equal(
    dayNear(new Date("2026-12-12T12:00:00Z"), new Date("2026-12-12T12:00:00Z")),
    "hoy, sáb 12 dic",
  );
  assert.deepEqual([filmLength(158), roughly(300000)].map(plain), ["2h 38min", "5 min"]);
  assert.equal(enumerate(["F07", "F08", "F09"]), "F07, F08 y F09");
});

test("days and hours are what the gateway writes into the HTML", () => {
  const cases = JSON.parse(readFileSync(new URL("./day_cases.json", import.meta.url), "utf8"));
  for (const { iso, es: text } of cases) assert.equal(dayAndHour(iso), text);
});
