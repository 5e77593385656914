import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Choosing } from "../../static/choosing.js";
import { Party } from "../../static/party.js";
import { NO_ANSWER } from "../../static/protocol.js";
import { SeatStore } from "../../static/store.js";
import { room } from "./hall.mjs";

const LIMIT = 6;
let asked;
let answers;
let said;
let marked;
let shown;
let store;
let party;

const no = (reason, lost = []) => ({ ...NO_ANSWER, reason, lost });

/** A page with these rows and nobody in them but whom the test puts there. */
function page(...rows) {
  const hall = room(...rows);
  store = new SeatStore();
  store.apply({ kind: "snapshot", version: 1, seats: new Map(), halvesSold: 0 });
  const connection = {
    state: "live",
    check() {},
    request({ acao, assentos, em_troca_de = [] }) {
      asked.push(
        `${acao} ${assentos.join(" ")}${em_troca_de.length ? ` for ${em_troca_de.join(" ")}` : ""}`,
      );
      return Promise.resolve(
        answers.shift() ?? {
          ...NO_ANSWER,
          ok: true,
          reason: "",
          seats: acao === "bloquear" ? assentos : [],
          msLeft: 60000,
        },
      );
    },
  };
  const notice = {
    root: { hidden: true },
    actions: { querySelector: () => null },
    over() {},
    hide() {},
    show(kind, text, offers = []) {
      said = { kind, text, offers };
      this.root.hidden = false;
    },
  };
  const grid = { addEventListener() {} };
  party = new Party(
    {
      room: hall,
      store,
      notice,
      session: { limite_assentos: LIMIT },
      choosing: new Choosing(store, connection, hall, notice, () => {}, LIMIT),
      map: { grid, mark: (_, seats) => (marked = [...seats].join(" ")) },
      zoom: { show: (seats) => (shown = seats.join(" ") || shown) },
    },
    {},
  );
}

const settled = () => new Promise(setImmediate);
const take = (...seats) =>
  store.apply({
    kind: "update",
    since: store.version,
    version: store.version + 1,
    changes: seats.map((seat) => ({ type: "held", seat, reason: "" })),
    halvesSold: null,
  });
const offer = async (text) => {
  said.offers.find((one) => one.text === text).do();
  await settled();
};

beforeEach(() => {
  asked = [];
  answers = [];
  said = marked = shown = null;
});

test("without a size a click takes one seat", async () => {
  page("A ......");
  await party.tap("A03");
  assert.deepEqual(asked, ["bloquear A03"]);
});

test("a party sits around a seat, moves with the next click, and adds missing seats", async () => {
  page("A ......", "B ......");
  party.choose(3);
  party.point("A02");
  assert.equal(marked, "A01 A02 A03");
  await party.tap("A02");
  await party.tap("B05");
  await party.tap("B06"); // one's own: given back
  await settled();
  await party.tap("A01");
  assert.deepEqual(asked, [
    "bloquear A01 A02 A03",
    "bloquear B04 B05 B06 for A01 A02 A03",
    "liberar B06",
    "bloquear A01",
  ]);
  assert.deepEqual(store.mine, ["A01", "B04", "B05"]);
});

test("a party that moves aside by a seat keeps the others", async () => {
  page("A ......");
  party.choose(2);
  await party.tap("A01");
  await party.tap("A03");
  assert.deepEqual(asked.at(-1), "bloquear A03 A04 for A01 A02");
  await party.tap("A05");
  assert.deepEqual([asked.at(-1), store.mine], ["bloquear A05 A06 for A03 A04", ["A05", "A06"]]);
});

test("the best seats, then the next best instead of them, then the best again", async () => {
  page("A ......");
  party.choose(2);
  for (let press = 0; press < 3; press++) await party.best();
  assert.deepEqual(asked, [
    "bloquear A03 A04",
    "bloquear A01 A02 for A03 A04",
    "bloquear A05 A06 for A01 A02",
  ]);
  party.refresh();
  assert.equal(shown, "A05 A06");
  await party.best();
  assert.equal(asked.at(-1), "bloquear A03 A04 for A05 A06");
});

test("the only place there is stays as it is", async () => {
  page("A ..");
  party.choose(2);
  await party.best();
  await party.best();
  assert.deepEqual(
    [asked, said.text, said.offers],
    [["bloquear A01 A02"], "A01 e A02 · R$\u00a064", []],
  );
});

test("a dearer class is named, and the best of the cheaper ones is an exchange", async () => {
  page("A ......", "B PPPPPP");
  for (const seat of party.room.seats.values()) if (seat.kind === "premium") seat.price = 4400;
  party.choose(2);
  await party.best();
  assert.equal(said.text.replace("\u00a0", " "), "B03 e B04 · Premium · R$ 88");
  await offer("Ver mais baratas");
  assert.equal(asked.at(-1), "bloquear A03 A04 for B03 B04");
  assert.equal(said.text.replace("\u00a0", " "), "A03 e A04 · R$ 64");
});

test("after a lost race another group is tried, and no seat is released in vain", async () => {
  page("A ......", "B ......");
  party.choose(2);
  await party.best();
  const [before] = [store.mine];
  answers = [no("assento_indisponivel", ["A03"])];
  await party.best();
  assert.equal(asked.length, 3);
  assert.match(asked[2], new RegExp(`for ${before.join(" ")}$`));
  assert.ok(!asked[2].includes("A03"));
  assert.equal(store.mine.length, 2);
});

test("a refusal other than a lost race is shown, and the seats are kept", async () => {
  page("A ......");
  party.choose(2);
  await party.best();
  const before = store.mine;
  answers = [no("sessao_encerrada")];
  await party.best();
  assert.deepEqual([said.kind, store.mine], ["sessao_encerrada", before]);
});

test("a party that fits nowhere is shown a place in parts before it takes it", async () => {
  page("A ...", "B ..");
  party.choose(5);
  await party.best();
  assert.deepEqual([asked, marked], [[], "A01 A02 A03 B01 B02"]);
  await offer("Pegar 3 + 2");
  assert.deepEqual(asked, ["bloquear A01 A02 A03 B01 B02"]);
});

test("an offer's marks disappear with its notice", async () => {
  page("A ...", "B ..");
  party.choose(5);
  await party.best();
  party.notice.root.hidden = true;
  party.refresh();
  assert.equal(marked, "");
});

test("where a party does not fit around a seat the nearest place for it is offered", async () => {
  page("A ...", "B ..");
  party.choose(3);
  await party.tap("B01");
  assert.deepEqual([asked, said.kind], [[], "sem_lugares_juntos"]);
  await offer("Pegar A01, A02 e A03");
  assert.deepEqual(asked, ["bloquear A01 A02 A03"]);
});

test("a seat that somebody else has offers a place for the party", async () => {
  page("A .....");
  party.choose(2);
  take("A03");
  await party.tap("A03");
  assert.deepEqual(
    [said.kind, said.offers.map(({ text }) => text)],
    ["held", ["Pegar A01 e A02", "Pegar A04 e A05"]],
  );
});

test("the preview follows what others take", () => {
  page("A ......");
  party.choose(2);
  party.point("A03");
  assert.equal(marked, "A03 A04");
  take("A04");
  party.refresh();
  assert.equal(marked, "A02 A03");
});

test("a second press before the answer moves the party once", async () => {
  page("A ......", "B ......");
  party.choose(2);
  await Promise.all([party.best(), party.best(), party.tap("A01")]);
  assert.equal(asked.length, 1);
});

test("places made for somebody are taken one by one", async () => {
  page("A CA..");
  party.choose(2);
  party.point("A01");
  assert.equal(marked, "");
  await party.tap("A01");
  assert.deepEqual(asked, ["bloquear A01"]);
});

test("the best seats ask how many people come", async () => {
  page("A ......");
  await party.best();
  assert.deepEqual(
    [said.kind, said.offers.map(({ text }) => text)],
    ["how_many", ["1", "2", "3", "4", "5", "6"]],
  );
  await offer("2");
  assert.equal(store.mine.length, 2);
});
