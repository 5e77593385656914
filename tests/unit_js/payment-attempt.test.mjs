import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PaymentAttempts } from "../../static/payment-attempt.js";

const ANA = { nomeCompleto: "Ana", cpf: "", email: "a@b.c" };
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

test("the same basket and buyer keep their key, in whatever order the seats come", () => {
  assert.equal(attempts().begin(["F08", "F07"], ANA).key, attempts().begin(["F07", "F08"], ANA).key);
});

test("another basket or another buyer is another payment", () => {
  const one = attempts().begin(["F07"], ANA).key;
  assert.notEqual(attempts().begin(["F08"], ANA).key, one);
  assert.notEqual(attempts().begin(["F08"], { ...ANA, email: "b@b.c" }).key, attempts().begin(["F08"], ANA).key);
});

test("an attempt whose answer is not known is there after a reload, whole", () => {
  attempts().begin(["F07"], ANA);
  assert.deepEqual(attempts().open, { key: "key 1", seats: ["F07"], payment: ANA });
});

test("a known answer erases it, and the next payment has a key of its own", () => {
  attempts().begin(["F07"], ANA);
  attempts().settle();
  assert.equal(kept.size, 0);
  assert.equal(attempts().begin(["F07"], ANA).key, "key 2");
});

test("sessions do not share attempts", () => {
  attempts("S001").begin(["F07"], ANA);
  assert.equal(attempts("S002").open, null);
});

test("what somebody else wrote there counts as nothing", () => {
  kept.set("pagamento:S001", "{");
  assert.equal(attempts().open, null);
});

test("without a given key maker the key is random", () => {
  const key = () => new PaymentAttempts("S001", storage).begin([String(Math.random())], ANA).key;
  assert.match(key(), /^[0-9a-f-]{32,36}$/);
  assert.notEqual(key(), key());
});
