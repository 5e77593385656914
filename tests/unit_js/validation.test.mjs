import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addressIn, emailFault } from "../../static/mail-address.js";
import { cpfFault, isCpf, maskCpf, nameFault } from "../../static/validation.js";

test("a CPF needs both check digits, with or without punctuation", () => {
  assert.ok(isCpf("529.982.247-25"));
  assert.ok(isCpf("52998224725"));
  assert.ok(isCpf("123.456.789-09"));
  assert.ok(!isCpf("529.982.247-26"));
  assert.ok(!isCpf("529.982.247-15"));
});

test("a CPF of equal digits is refused although its check digits are right", () => {
  for (let digit = 0; digit < 10; digit++) assert.ok(!isCpf(String(digit).repeat(11)));
});

test("page and server take the same CPFs, whatever was pasted around them", () => {
  for (const [cpf, good] of JSON.parse(
    readFileSync(new URL("./cpfs.json", import.meta.url), "utf8"),
  )) {
    assert.equal(isCpf(cpf), good, JSON.stringify(cpf));
    if (good) assert.ok(isCpf(maskCpf(cpf)), maskCpf(cpf));
  }
});

test("a CPF that is too long is refused", () => assert.ok(!isCpf("529982247255")));

test("the CPF mask grows with what is typed and drops what is not a digit", () => {
  const steps = {
    "": "",
    1: "1",
    1234: "123.4",
    1234567: "123.456.7",
    12345678909: "123.456.789-09",
    "12a3-4": "123.4",
    123456789091: "123.456.789-09",
  };
  for (const [typed, shown] of Object.entries(steps)) assert.equal(maskCpf(typed), shown);
});

test("a buyer without a CPF is welcome, an empty field is asked about", () => {
  assert.equal(cpfFault("", true), "");
  assert.equal(cpfFault("", false), "fault.cpf_empty");
  assert.equal(cpfFault("123", false), "fault.cpf_short");
  assert.equal(cpfFault("111.111.111-11", false), "fault.cpf_invalid");
});

test("names of people from anywhere pass, markup and control characters do not", () => {
  const cases = JSON.parse(readFileSync(new URL("./names.json", import.meta.url), "utf8"));
  for (const [name, fault] of cases)
    assert.equal(nameFault(name), fault && `fault.name_${fault}`, JSON.stringify(name));
  for (const name of ["Ana Souza", "José d’Ávila", "Björk", "李小龍", " Ana "])
    assert.equal(nameFault(name), "");
  assert.equal(nameFault("<b>Ana</b>"), "fault.name_signs");
  for (const name of ["Ana\u202eazuoS", "Ana\x1c", "Ana\x85"])
    assert.equal(nameFault(name), "fault.name_signs");
  for (const nothing of ["   ", "\u200b\u200b", "\u00ad\u2068\t"])
    assert.equal(nameFault(nothing), "fault.name_empty");
  assert.equal(nameFault("A"), "fault.name_short");
  assert.equal(nameFault("a".repeat(121)), "fault.name_long");
});

test("an e-mail is one address with a dot in its domain", () => {
  for (const email of ["ana@exemplo.com.br", "a.b+c@x-y.org", " ana@exemplo.com "])
    assert.equal(emailFault(email), "");
  for (const email of [
    "ana",
    "ana@exemplo",
    "a@b.c, d@e.f",
    "a@b.c\nBcc: d@e.f",
    "a b@c.d",
    "ana@-x.com",
    `${"a".repeat(250)}@x.com`,
  ]) {
    assert.equal(emailFault(email), "fault.email_invalid", email);
  }
  assert.equal(emailFault(""), "fault.email_empty");
});

test("page and server take the same addresses, and refuse the others for the same reason", () => {
  const file = new URL("./addresses.json", import.meta.url);
  for (const { typed, fault } of JSON.parse(readFileSync(file, "utf8"))) {
    assert.equal(emailFault(typed), fault ? `fault.email_${fault}` : "", JSON.stringify(typed));
    assert.equal(emailFault(addressIn(typed)), emailFault(typed), JSON.stringify(typed));
  }
});
