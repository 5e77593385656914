import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Choosing } from "../../static/choosing.js";
import { NO_ANSWER } from "../../static/protocol.js";
import { SeatStore } from "../../static/store.js";
import { room } from "./hall.mjs";

const LIMIT = 3;
let asked;
let answers;
let notices;
let store;
let choosing;

const ok = (seats = []) => ({ ...NO_ANSWER, ok: true, reason: "", seats, msLeft: 60000 });
const no = (reason, fields = {}) => ({ ...NO_ANSWER, reason, ...fields });

beforeEach(() => {
  asked = [];
  answers = [];
  notices = [];
  store = new SeatStore();
  store.apply({ kind: "snapshot", version: 1, seats: new Map(), halvesSold: 0 });
  const connection = {
    state: "live",
    check() {},
    request(message) {
      const old = message.em_troca_de ? ["for", ...message.em_troca_de] : [];
      asked.push([message.acao, ...(message.assentos ?? []), ...old].join(" "));
      return Promise.resolve(answers.shift() ?? ok(message.assentos));
    },
  };
  const notice = {
    show: (kind, text, offers = []) => notices.push({ kind, text, offers }),
    hide: () => notices.push({ kind: "" }),
  };
  choosing = new Choosing(store, connection, room("A ......", "G DDD"), notice, () => {}, LIMIT);
});

test("one seat more than the limit is not even asked for", async () => {
  store.granted(["A01", "A02", "A03"], 60000);
  assert.equal(await choosing.hold(["A04"]), false);
  assert.deepEqual([asked, notices.map(({ kind }) => kind)], [[], ["limite_de_assentos"]]);
});

test("a seat that is clicked again while it is given back is taken again after that", async () => {
  store.granted(["A01"], 60000);
  choosing.tap("A01");
  choosing.tap("A01");
  choosing.tap("A01");
  await new Promise(setImmediate);
  assert.deepEqual([asked, store.mine], [["liberar A01", "bloquear A01"], ["A01"]]);
});

test("an exchange is one request: the new seat for the old one", async () => {
  store.granted(["A01"], 60000);
  await choosing.exchange(["A02"], ["A01"]);
  assert.deepEqual(asked, ["bloquear A02 for A01"]);
  assert.deepEqual(store.mine, ["A02"]);
});

test("an exchange whose new seat is lost keeps the old one, and what is offered then is an exchange, too", async () => {
  store.granted(["A01"], 60000);
  answers = [no("assento_indisponivel", { lost: ["A02"] })];
  await choosing.exchange(["A02"], ["A01"]);
  assert.deepEqual([asked, store.mine], [["bloquear A02 for A01"], ["A01"]]);
  notices[0].offers[0].do();
  await new Promise(setImmediate);
  assert.deepEqual([asked[1], store.mine], ["bloquear A03 for A01", ["A03"]]);
});

test("an exchange fits at the limit, and what is kept is not given back", async () => {
  store.granted(["A01", "A02", "A03"], 60000);
  await choosing.exchange(["A03", "A04"], ["A01", "A03"]);
  assert.deepEqual(asked, ["bloquear A03 A04 for A01"]);
  assert.deepEqual(store.mine, ["A02", "A03", "A04"]);
  assert.equal(await choosing.exchange(["A05", "A06"], ["A02"]), false);
  assert.equal(notices.at(-1).kind, "limite_de_assentos");
});

test("a click on a seat that goes in an exchange does not take it again later", async () => {
  store.granted(["A01"], 60000);
  const moving = choosing.exchange(["A02"], ["A01"]);
  choosing.tap("A01");
  await moving;
  await choosing.hold(["A01"]);
  await choosing.release(["A01"]);
  assert.deepEqual(asked, ["bloquear A02 for A01", "bloquear A01", "liberar A01"]);
});

test("a pair that went to others is offered the nearest pairs, not single seats", async () => {
  const [wish, lost] = [["A03", "A04"], ["A04"]];
  answers = [no("assento_indisponivel", { lost })];
  await choosing.hold(wish);
  assert.deepEqual(
    notices[0].offers.map(({ text }) => text),
    ["Pegar A01 e A02", "Pegar A05 e A06"],
  );
  notices[0].offers[1].do();
  await new Promise(setImmediate);
  assert.deepEqual(store.mine, ["A05", "A06"]);
});

test("where no pair is left single seats are better than nothing", async () => {
  answers = [no("assento_indisponivel", { lost: ["A05"] })];
  store.apply({
    kind: "update",
    since: 1,
    version: 2,
    changes: ["A02", "A04", "G01"].map((seat) => ({ type: "sold", seat, reason: "" })),
    halvesSold: null,
  });
  await choosing.hold(["A05", "A06"]);
  assert.deepEqual(
    notices[0].offers.map(({ text }) => text),
    ["Pegar A03", "Pegar A01"],
  );
});

test("an exchange may only take or only give", async () => {
  await choosing.exchange(["A02"], []);
  await choosing.exchange([], ["A02"]);
  assert.deepEqual(asked, ["bloquear A02", "liberar A02"]);
});

test("an expired hold is taken again with one click, after its seat's cool-down", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  choosing.expired(["A01"]);
  const [
    {
      kind,
      offers: [again],
    },
  ] = notices;
  assert.equal(kind, "expired");
  answers = [no("aguarde"), no("aguarde")];
  again.do();
  for (let tries = 0; tries < 3; tries++) {
    await new Promise(setImmediate);
    t.mock.timers.tick(1000);
  }
  await new Promise(setImmediate);
  assert.deepEqual(asked, ["bloquear A01", "bloquear A01", "bloquear A01"]);
  assert.deepEqual(store.mine, ["A01"]);
  assert.equal(notices.at(-1).kind, "");
});

test("seats that are all free still are not named twice", () => {
  choosing.expired(["A01", "A02"]);
  store.apply({ kind: "snapshot", version: 9, edition: "", seats: new Map([["A01", "sold"]]) });
  choosing.expired(["A01", "A02"]);
  assert.deepEqual(
    notices.map(({ text }) => text),
    [
      "Sua reserva de A01 e A02 acabou. Elas ainda estão livres.",
      "Sua reserva de A01 e A02 acabou. A02 ainda está livre.",
    ],
  );
});

test("a seat that somebody else took meanwhile is theirs, and a notice says so", async () => {
  choosing.expired(["A01"]);
  answers = [no("assento_indisponivel", { lost: ["A01"] })];
  notices[0].offers[0].do();
  await new Promise(setImmediate);
  assert.deepEqual(
    notices.map(({ kind }) => kind),
    ["expired", "assento_indisponivel"],
  );
});

test("after the ceiling no extension is offered, until other seats are held", async () => {
  store.granted(["A01"], 60000);
  answers = [no("limite_de_tempo")];
  await choosing.extend();
  assert.equal(choosing.isLongest, true);
  await choosing.release(["A01"]);
  assert.equal(choosing.isLongest, false);
  await choosing.hold(["A01"]);
  assert.equal(choosing.isLongest, false);
});

test("a click on half a sofa takes the sofa, and another one gives it back", async () => {
  for (const seat of ["G01", "G02", "G01", "G02"]) {
    choosing.tap(seat);
    await new Promise(setImmediate);
  }
  assert.deepEqual(asked, [
    "bloquear G01 G02",
    "liberar G02 G01",
    "bloquear G01 G02",
    "liberar G02 G01",
  ]);
  assert.deepEqual(store.mine, []);
});

test("the odd couple's seat is taken by itself", async () => {
  await choosing.hold(["G03"]);
  assert.deepEqual([asked, store.mine], [["bloquear G03"], ["G03"]]);
});

test("a sofa counts as two seats", async () => {
  store.granted(["A01", "A02"], 60000);
  assert.equal(await choosing.hold(["G01"]), false);
  assert.deepEqual([asked, notices.map(({ kind }) => kind)], [[], ["limite_de_assentos"]]);
});

test("half a sofa whose other half went to somebody else is given back alone", async () => {
  store.granted(["G01"], 60000);
  await choosing.release(["G01"]);
  assert.deepEqual(asked, ["liberar G01"]);
});

test("a sofa that ended is taken again whole", async () => {
  choosing.expired(["G01"]);
  notices[0].offers[0].do();
  await new Promise(setImmediate);
  assert.deepEqual(asked, ["bloquear G01 G02"]);
});

test("a sofa is offered once, as a whole, and only while both halves are free", async () => {
  choosing.lost(["A01"]);
  assert.deepEqual(
    notices.at(-1).offers.map(({ text }) => text),
    ["Pegar A02", "Pegar A03"],
  );
  store.granted(["A01", "A02", "A03"], 60000);
  store.apply({
    kind: "update",
    since: 1,
    version: 2,
    changes: ["A04", "A05", "A06"].map((seat) => ({ type: "sold", seat, reason: "" })),
    halvesSold: null,
  });
  choosing.lost(["G03"]);
  assert.deepEqual(
    notices.at(-1).offers.map(({ text }) => text),
    ["Pegar G01 e G02"],
  );
});
