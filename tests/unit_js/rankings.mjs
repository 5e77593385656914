// The page's best groups for the cases of standard input: what tests/unit/test_ranking.py compares
// booking's with.
import { readFileSync } from "node:fs";
import { bestGroups, namesOf } from "../../static/groups.js";
import { room } from "./hall.mjs";

const cases = JSON.parse(readFileSync(0, "utf8"));
const groups = ({ rows, taken, size }) =>
  bestGroups(room(...rows), ({ name }) => !taken.includes(name), size).map(namesOf);
console.log(JSON.stringify(cases.map(groups)));
