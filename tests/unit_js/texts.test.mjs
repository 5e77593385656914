import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  dayAndHour,
  filmLength,
  hour,
  minutesAndSeconds,
  money,
  roughly,
  shortMoney,
} from "../../static/format.js";
import { tags } from "../../static/language.js";
import { texts as rest } from "../../static/pt.js";
import { texts as ofClosed } from "../../static/pt-closed.js";
import { texts as ofOrders } from "../../static/pt-order.js";
import { texts as ofParties } from "../../static/pt-party.js";
import { texts as ofPaying } from "../../static/pt-payment.js";
import { texts as ofSeats } from "../../static/pt-seat.js";
import { texts as ofTickets } from "../../static/pt-tickets.js";
import { seatName } from "../../static/seat-text.js";
import { enumerate, t } from "../../static/text.js";

const texts = {
  ...rest,
  ...ofClosed,
  ...ofOrders,
  ...ofPaying,
  ...ofParties,
  ...ofSeats,
  ...ofTickets,
};
const STATIC = new URL("../../static/", import.meta.url);
const files = readdirSync(STATIC).filter(
  (name) =>
    /\.(js|html)$/.test(name) &&
    !/^(pt|en|es)(-closed|-order|-party|-payment|-seat|-tickets)?\.js$/.test(name),
);
const read = (name) => readFileSync(new URL(name, STATIC), "utf8");
const sources = files.map(read).join("\n");
const plain = (text) => text.replace(/\u00a0/g, " ");

test("every text that the page names exists", () => {
  const named = [...sources.matchAll(/\bt\(\s*"([^"]+)"|data-t(?:-label)?="([^"]+)"/g)].map(
    (match) => match[1] ?? match[2],
  );
  assert.ok(named.length > 60);
  for (const key of named) assert.ok(Object.hasOwn(texts, key), key);
});

test("a text gets every value that it has a place for", () => {
  const calls = [...sources.matchAll(/\bt\(\s*"([\w.-]+)",\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g)];
  assert.ok(calls.length > 40);
  for (const [, key, values] of calls) {
    if (values.includes("...")) continue;
    for (const [, name] of JSON.stringify(texts[key]).matchAll(/\{(\w+)\}/g)) {
      assert.match(values, new RegExp(`(^|,)\\s*${name}\\s*(:|,|$)`), `${key} ${name}`);
    }
  }
});

test("no text is kept that nothing shows", () => {
  const families = [...sources.matchAll(/`([a-z]+[._]\w*)\$\{/g)].map(([, family]) => family);
  const unused = Object.keys(texts).filter(
    (key) => !families.some((family) => key.startsWith(family)) && !sources.includes(`"${key}"`),
  );
  assert.deepEqual(unused, []);
});

/** A module without its comments. */
const codeOf = (name) => read(name).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g, "");
/**
 * What buyers never read: messages for developers, class names, keys and the time
 * zone.
 */
const NOT_SHOWN = new RegExp(
  [
    /Error\((`[^`]*`|"[^"]*")/,
    /\bclass: [^,}]*/,
    /"(Arrow(Left|Right|Up|Down)|Home|End|Escape|Enter|America\/Sao_Paulo)"/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);
/** Words with a space between them, or one that begins like a sentence, or with an accent. */
const SENTENCE = /\p{L}{2,} \p{L}{2,}|^\p{Lu}\p{Ll}|[\u00c0-\u024f]/u;

test("no module has a text of its own: all are in the languages' modules", () => {
  for (const name of files.filter((file) => file.endsWith(".js"))) {
    const literals =
      codeOf(name)
        .replace(NOT_SHOWN, "")
        .match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
    const said = literals
      .map((literal) => literal.slice(1, -1).replace(/\$\{[^}]*\}/g, "·"))
      .filter((text) => SENTENCE.test(text));
    assert.deepEqual(said, [], name);
  }
});

test("the HTML has no text but its title, its description and what it says without JavaScript, in all languages", () => {
  for (const name of files.filter((file) => file.endsWith(".html"))) {
    const [, without] = /<noscript>(.*?)<\/noscript>/s.exec(read(name));
    assert.deepEqual(
      [...without.matchAll(/<p lang="([\w-]+)">/g)].map(([, lang]) => lang),
      tags,
      name,
    );
    const rest = read(name).replace(
      /<noscript>.*?<\/noscript>|<title>.*?<\/title>|<meta name="description"[^>]*>/gs,
      "",
    );
    assert.doesNotMatch(rest.replace(/<[^>]*>/g, ""), /\p{L}/u, name);
    assert.doesNotMatch(rest, /\s(aria-label|title|alt|placeholder)="[^"]*\p{L}/u, name);
  }
});

test("numbers choose between none, one and many", () => {
  assert.equal(t("programme.free", { n: 1 }), "1 lugar livre");
  assert.equal(t("programme.free", { n: 1200 }), "1.200 lugares livres");
  assert.equal(t("activity.free", { n: 0, total: 40 }), "nenhuma livre de 40");
});

test("seats are listed as one says them", () => {
  assert.equal(enumerate(["F07", "F08", "F09"]), "F07, F08 e F09");
});

test("a seat's name says row, number, kind, state and, of one that can be had, its price", () => {
  const seat = {
    name: "A14",
    row: "A",
    number: 14,
    kind: "cadeirante",
    price: 3200,
    line: 0,
    column: 0,
  };
  assert.equal(
    plain(seatName(seat, "free")),
    "Fila A, poltrona 14, cadeirante, espaço sem poltrona, livre, R$ 32,00",
  );
  assert.equal(
    plain(seatName({ ...seat, kind: "comum" }, "mine")),
    "Fila A, poltrona 14, sua, R$ 32,00",
  );
  assert.equal(plain(seatName({ ...seat, kind: "comum" }, "sold")), "Fila A, poltrona 14, ocupada");
});

test("half a sofa says where the other half is, an odd couple's seat has none", () => {
  const seat = {
    name: "G03",
    row: "G",
    number: 3,
    kind: "casal",
    price: 3200,
    line: 0,
    column: 0,
    partner: 4,
  };
  assert.equal(
    plain(seatName(seat, "bought")),
    "Fila G, poltrona 3, sofá de casal junto com a 4, comprada por você, R$ 32,00",
  );
  assert.equal(
    plain(seatName({ ...seat, partner: 0 }, "free")),
    "Fila G, poltrona 3, sofá de casal, livre, R$ 32,00",
  );
});

test("money is written from centavos", () => {
  assert.equal(plain(money(123456)), "R$ 1.234,56");
  assert.deepEqual([plain(shortMoney(3200)), plain(shortMoney(3250))], ["R$ 32", "R$ 32,50"]);
});

test("times are São Paulo's whatever the computer's zone", () => {
  assert.equal(dayAndHour("2026-12-13T17:45:00-03:00"), "dom 13/12 · 17h45");
  assert.equal(dayAndHour("2026-12-13T23:30:00Z"), "dom 13/12 · 20h30");
});

test("Brazil writes hours without what says nothing", () => {
  const hours = ["05:00", "06:30", "00:00", "10:00", "20:05"].map((clock) =>
    hour(new Date(`2026-12-13T${clock}:00-03:00`)),
  );
  assert.deepEqual(hours, ["5h", "6h30", "0h", "10h", "20h05"]);
});

test("durations are written as one says them", () => {
  assert.deepEqual([filmLength(158), filmLength(60), filmLength(45)].map(plain), [
    "2 h 38 min",
    "1 h",
    "45 min",
  ]);
  assert.deepEqual(
    [
      minutesAndSeconds(214000),
      minutesAndSeconds(59001),
      minutesAndSeconds(0),
      minutesAndSeconds(-5),
    ],
    ["3:34", "1:00", "0:00", "0:00"],
  );
  assert.deepEqual([roughly(300000), roughly(45000)].map(plain), ["5 min", "45 s"]);
});

test("days and hours are what the gateway writes into the HTML", () => {
  const cases = JSON.parse(readFileSync(new URL("./day_cases.json", import.meta.url), "utf8"));
  for (const { iso, "pt-BR": text } of cases) assert.equal(dayAndHour(iso), text);
});
