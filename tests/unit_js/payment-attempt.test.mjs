import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PaymentAttempts } from "../../static/payment-attempt.js";

const ANA = { nomeCompleto: "Ana", cpf: "", email: "a@b.c", forma: "pix" };
const purchase = (seat = "F07", changes = {}) => ({
  seats: [seat],
  categories: { [seat]: "inteira" },
  total: 3200,
  language: "pt-BR",
  payment: ANA,
  ...changes,
});
let kept;
let keys;

beforeEach(() => {
  kept = new Map();
  keys = 0;
});

const storage = {
  getItem: (place) => kept.get(place) ?? null,
  setItem: (place, text) => kept.set(place, text),
  removeItem: (place) => kept.delete(place),
};
const attempts = (session = "S001") => new PaymentAttempts(session, storage, () => `key ${++keys}`);

test("the same purchase keeps its key", () => {
  assert.equal(attempts().begin(purchase()).key, attempts().begin(purchase()).key);
});

test("other seats, categories, prices, buyers or ways to pay are another payment", () => {
  const others = [
    purchase("F08"),
    purchase("F07", { categories: { F07: "meia_idoso" } }),
    purchase("F07", { total: 1600 }),
    purchase("F07", { payment: { ...ANA, email: "b@b.c" } }),
    purchase("F07", { payment: { ...ANA, forma: "cartao" } }),
  ];
  for (const other of others) {
    const { key } = attempts().begin(purchase());
    assert.notEqual(attempts().begin(other).key, key);
  }
});

test("an attempt whose answer is not known is there after a reload, whole", () => {
  attempts().begin(purchase());
  assert.deepEqual(attempts().open, { key: "key 1", ...purchase() });
});

test("a known answer erases it, and the next payment has a key of its own", () => {
  attempts().begin(purchase());
  attempts().settle();
  assert.equal(kept.size, 0);
  assert.equal(attempts().begin(purchase()).key, "key 2");
});

test("sessions do not share attempts", () => {
  attempts("S001").begin(purchase());
  assert.equal(attempts("S002").open, null);
});

test("foreign data in the storage is ignored", () => {
  kept.set("pagamento:S001", "{");
  assert.equal(attempts().open, null);
});

test("without a given key maker the key is random", () => {
  const key = () => new PaymentAttempts("S001", storage).begin(purchase(String(Math.random()))).key;
  assert.match(key(), /^[0-9a-f-]{32,36}$/);
  assert.notEqual(key(), key());
});
