// The page's verdicts on the cases of standard input: what tests/unit/test_seating.py compares
// booking's with.
import { readFileSync } from "node:fs";
import { room } from "./hall.mjs";
import { verdict } from "./guest.mjs";

const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(
  JSON.stringify(
    cases.map((one) => ({
      ...verdict(one),
      sofas: Object.fromEntries(room(...one.rows).otherHalves),
    })),
  ),
);
