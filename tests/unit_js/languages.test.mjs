import assert from "node:assert/strict";
import { test } from "node:test";
import * as enRest from "../../static/en.js";
import * as enClosed from "../../static/en-closed.js";
import * as enOrder from "../../static/en-order.js";
import * as enParty from "../../static/en-party.js";
import * as enPayment from "../../static/en-payment.js";
import * as enSeat from "../../static/en-seat.js";
import * as enTickets from "../../static/en-tickets.js";
import * as esRest from "../../static/es.js";
import * as esClosed from "../../static/es-closed.js";
import * as esOrder from "../../static/es-order.js";
import * as esParty from "../../static/es-party.js";
import * as esPayment from "../../static/es-payment.js";
import * as esSeat from "../../static/es-seat.js";
import * as esTickets from "../../static/es-tickets.js";
import * as ptRest from "../../static/pt.js";
import * as ptClosed from "../../static/pt-closed.js";
import * as ptOrder from "../../static/pt-order.js";
import * as ptParty from "../../static/pt-party.js";
import * as ptPayment from "../../static/pt-payment.js";
import * as ptSeat from "../../static/pt-seat.js";
import * as ptTickets from "../../static/pt-tickets.js";

/** All that a language says; what two modules said would be said by one of them in vain. */
function whole(rest, ...places) {
  const entries = [rest, ...places].flatMap(({ texts }) => Object.entries(texts));
  const texts = Object.fromEntries(entries);
  assert.equal(entries.length, Object.keys(texts).length, "a text is there twice");
  return { ...rest, texts };
}
const pt = whole(ptRest, ptClosed, ptOrder, ptPayment, ptParty, ptSeat, ptTickets);
const en = whole(enRest, enClosed, enOrder, enPayment, enParty, enSeat, enTickets);
const es = whole(esRest, esClosed, esOrder, esPayment, esParty, esSeat, esTickets);
const OTHERS = { en, es };
const FOREIGN = { en: /[\u00c0-\u024f]/, es: /[ãõçâêîôûàèìòù]/i };
/** @param {string | object} entry its forms, or "" for a text that has but one */
const formsOf = (entry) => (typeof entry === "string" ? { "": entry } : entry);
const placeholders = (text) => [...new Set(text.match(/\{\w+\}/g))].sort();

for (const [name, { texts, dateStyle, locale }] of Object.entries(OTHERS)) {
  test(`${name} says everything that Portuguese says, in the same order, and nothing else`, () => {
    assert.deepEqual(Object.keys(texts), Object.keys(pt.texts));
  });

  test(`${name} has the same forms with the same placeholders`, () => {
    for (const [key, entry] of Object.entries(texts)) {
      const [own, model] = [formsOf(entry), formsOf(pt.texts[key])];
      assert.deepEqual(Object.keys(own), Object.keys(model), key);
      for (const form of Object.keys(own))
        assert.deepEqual(placeholders(own[form]), placeholders(model[form]), `${key} ${form}`);
    }
  });

  test(`${name} is translated: no letter that it does not write`, () => {
    const foreign = Object.keys(texts).filter(
      (key) => !key.startsWith("language.") && FOREIGN[name].test(JSON.stringify(texts[key])),
    );
    assert.deepEqual(foreign, []);
  });

  test(`${name} writes numbers and dates in its own way`, () => {
    assert.deepEqual(Intl.getCanonicalLocales(locale), [locale]);
    assert.deepEqual(Object.keys(dateStyle), Object.keys(pt.dateStyle));
  });
}

test("no text is empty or has a space at an end", () => {
  for (const { texts } of [pt, en, es]) {
    for (const [key, entry] of Object.entries(texts)) {
      for (const text of Object.values(formsOf(entry))) assert.match(text, /^\S(.*\S)?$/s, key);
    }
  }
});
