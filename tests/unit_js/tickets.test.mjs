import assert from "node:assert/strict";
import { test } from "node:test";
import { Basket } from "../../static/basket.js";
import { HalfPriceQuota, needsQuota, priceOf, quotaNeeded, totalOf } from "../../static/tickets.js";
import { quotaTrouble, seatingTrouble } from "../../static/advice.js";
import { room } from "./hall.mjs";

const storage = () => {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
};
const hall = room("A .C.");
const seats = (...names) => names.map((name) => hall.seats.get(name));

test("half of an odd price is rounded down", () => {
  assert.deepEqual([priceOf("inteira", 3301), priceOf("meia_estudante", 3301)], [3301, 1650]);
});

test("full price and people of 60 or more need no quota", () => {
  assert.deepEqual(["inteira", "meia_idoso", "meia_pcd", "meia_acompanhante"].map(needsQuota), [
    false,
    false,
    true,
    true,
  ]);
});

test("seats are full price until another category is chosen, each by itself", () => {
  const basket = new Basket("S001", storage());
  basket.choose("A02", "meia_estudante");
  const tickets = basket.tickets(seats("A01", "A02"));
  assert.deepEqual(
    tickets.map(({ category, price }) => [category, price]),
    [
      ["inteira", 3200],
      ["meia_estudante", 1000],
    ],
  );
  assert.deepEqual([totalOf(tickets), quotaNeeded(tickets)], [4200, 1]);
});

test("categories outlive a reload, and another session has its own", () => {
  const kept = storage();
  new Basket("S001", kept).choose("A01", "meia_idoso");
  assert.equal(new Basket("S001", kept).categoryOf("A01"), "meia_idoso");
  assert.equal(new Basket("S002", kept).categoryOf("A01"), "inteira");
});

test("what is chosen in one tab is chosen in all, also in one that is opened later", async () => {
  const opened = (basket) => new Promise((resolve) => basket.share(resolve)); // with the first news
  const [first, second] = [new Basket("S003", storage()), new Basket("S003", storage())];
  const news = opened(second);
  first.share(() => {});
  first.choose("A01", "meia_idoso");
  await news;
  assert.equal(second.categoryOf("A01"), "meia_idoso");

  const third = new Basket("S003", storage());
  await opened(third);
  assert.equal(third.categoryOf("A01"), "meia_idoso");
  for (const { tabs } of [first, second, third]) tabs.close();
});

test("without a channel to other tabs the choice stays in one tab", () => {
  const { BroadcastChannel } = globalThis;
  delete globalThis.BroadcastChannel;
  const basket = new Basket("S004", storage());
  basket.share(() => {});
  basket.choose("A01", "meia_idoso");
  globalThis.BroadcastChannel = BroadcastChannel;
  assert.equal(basket.categoryOf("A01"), "meia_idoso");
});

test("what is bought forgets its category, also for the page after a reload", () => {
  const kept = storage();
  const basket = new Basket("S001", kept);
  basket.choose("A01", "meia_idoso");
  basket.forget(["A01"]);
  assert.deepEqual(
    [basket, new Basket("S001", kept)].map((one) => one.categoryOf("A01")),
    ["inteira", "inteira"],
  );
});

test("nonsense in the storage is ignored", () => {
  for (const text of ["[", "null", '{"categories":{"A01":"de graça"}}']) {
    const basket = new Basket("S001", { getItem: () => text, setItem: () => {} });
    assert.equal(basket.categoryOf("A01"), "inteira");
  }
});

const update = (version, halvesSold) => ({
  kind: "update",
  since: version - 1,
  version,
  changes: [],
  halvesSold,
});

test("the quota follows the gateway's frames", () => {
  const quota = new HalfPriceQuota(80, 12);
  assert.equal(quota.left, 68);
  quota.apply({ kind: "snapshot", version: 5, seats: new Map(), halvesSold: 39 });
  quota.apply(update(6, null));
  assert.equal(quota.left, 41);
  quota.apply(update(7, 40));
  assert.equal(quota.left, 40);
});

test("an old update does not bring sold tickets back, a snapshot may", () => {
  const quota = new HalfPriceQuota(80, 0);
  quota.apply(update(7, 40));
  quota.apply(update(6, 12));
  assert.equal(quota.left, 40);
  quota.apply({ kind: "snapshot", version: 3, seats: new Map(), halvesSold: 2 });
  assert.equal(quota.left, 78);
});

test("a refusal says how many are left", () => {
  const quota = new HalfPriceQuota(80, 12);
  quota.correct(1);
  assert.deepEqual([quota.left, quota.total], [1, 80]);
});

const half = (...names) =>
  seats(...names).map((seat) => ({ seat, category: "meia_estudante", price: seat.price / 2 }));

test("half-price tickets over the quota are offered at full price, the last ones first", () => {
  const full = [];
  const [{ kind, offers }] = quotaTrouble(half("A01", "A02", "A03"), 1, (names) =>
    full.push(...names),
  );
  assert.deepEqual([kind, offers[0].text], ["quota", "Pagar inteira em A02 e A03"]);
  offers[0].do();
  assert.deepEqual(full, ["A02", "A03"]);
  assert.deepEqual(
    quotaTrouble(half("A01"), 1, () => {}),
    [],
  );
});

test("a seating rule is explained in words, and each offer says what it does", () => {
  const done = [];
  const offers = [
    { take: ["A02"], release: [] },
    { take: ["A02"], release: ["A03"] },
    { take: [], release: ["A03"] },
  ];
  const trouble = seatingTrouble({ kind: "lonely", seats: ["A02"], offers }, (offer) =>
    done.push(offer),
  );
  assert.match(trouble.text, /^Sua escolha deixa A02 isolada\./);
  assert.deepEqual(
    trouble.offers.map(({ text }) => text),
    ["Pegar também A02", "Trocar A03 por A02", "Soltar A03"],
  );
  trouble.offers[1].do();
  assert.deepEqual(done, [offers[1]]);
});
