import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// Before anything is loaded: the language is chosen once, by what the gateway wrote into the page.
globalThis.document = { documentElement: { lang: "en" } };
const { tag, asInProgramme } = await import("../../static/language.js");
const { dayAndHour, dayNear, filmLength, money, roughly, shortMoney } = await import(
  "../../static/format.js"
);
const { enumerate, t } = await import("../../static/text.js");
const { seatName } = await import("../../static/seat-text.js");

test("a page that says so speaks English, and marks what the programme says as Portuguese", () => {
  assert.deepEqual([tag, asInProgramme], ["en", { lang: "pt-BR" }]);
  assert.equal(
    seatName({ name: "A14", row: "A", number: 14, kind: "cadeirante", price: 3200 }, "free"),
    "Row A, seat 14, wheelchair space without a seat, free, R$32.00",
  );
});

test("numbers, money, days and lists are English", () => {
  assert.equal(t("programme.free", { n: 1200 }), "1,200 seats left");
  assert.deepEqual([money(123456), shortMoney(3200)], ["R$1,234.56", "R$32"]);
  assert.equal(dayAndHour("2026-12-13T17:45:00-03:00"), "Sun 13 Dec · 17:45");
  assert.equal(
    dayNear(new Date("2026-12-13T01:00:00Z"), new Date("2026-12-12T01:00:00Z")),
    "tomorrow, Sat 12 Dec",
  );
  assert.deepEqual([filmLength(158), roughly(300000)], ["2h 38m", "5 mins"]);
  assert.equal(enumerate(["F07", "F08", "F09"]), "F07, F08 and F09");
});

test("days and hours are what the gateway writes into the HTML", () => {
  const cases = JSON.parse(readFileSync(new URL("./day_cases.json", import.meta.url), "utf8"));
  for (const { iso, en: text } of cases) assert.equal(dayAndHour(iso), text);
});
