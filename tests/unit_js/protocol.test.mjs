import assert from "node:assert/strict";
import { test } from "node:test";
import { confirmPayment, parseFrame } from "../../static/protocol.js";

const parse = (frame) => parseFrame(JSON.stringify(frame));

test("a snapshot keeps only seats in a state that the page knows", () => {
  const frame = parse({
    evento: "estado_inicial",
    versao: 17,
    assentos: {
      A05: { estado: "bloqueado", restante_ms: 1234 },
      B01: { estado: "ocupado" },
      C01: { estado: "pintado" },
      D01: null,
    },
  });
  assert.equal(frame.kind, "snapshot");
  assert.equal(frame.version, 17);
  assert.deepEqual(
    [...frame.seats],
    [
      ["A05", "held"],
      ["B01", "sold"],
    ],
  );
});

test("an update carries the version before and after it", () => {
  const frame = parse({
    evento: "atualizacao",
    desde: 17,
    versao: 19,
    mudancas: [{ evento: "assento_liberado", assento: "C03", motivo: "timeout" }, 7],
  });
  assert.deepEqual(frame.changes, [
    { type: "freed", seat: "C03", reason: "timeout" },
    { type: "", seat: "", reason: "" },
  ]);
  assert.deepEqual([frame.since, frame.version], [17, 19]);
});

test("a refusal without a reason is some other refusal", () => {
  assert.equal(parse({ status: "erro", tipo: "bloqueio", id: "1" }).reason, "outro");
});

test("a reply has its seats, its lost seats and its order", () => {
  const frame = parse({
    status: "ok",
    tipo: "confirmacao_pagamento",
    id: "3",
    pedido: "p1",
    assentos_confirmados: ["F07"],
    assentos_falha: [],
  });
  assert.deepEqual([frame.ok, frame.order, frame.seats, frame.lost], [true, "p1", ["F07"], []]);
});

test("whatever the page does not know becomes unknown, never an exception", () => {
  for (const data of [
    "",
    "{",
    "null",
    "7",
    "[]",
    '"x"',
    '{"evento":"novidade"}',
    '{"evento":"toString"}',
    '{"evento":{}}',
    new ArrayBuffer(3),
    undefined,
  ]) {
    assert.equal(parseFrame(data).kind, "unknown");
  }
});

test("fields of a wrong type are as good as missing", () => {
  const frame = parse({ evento: "estado_inicial", versao: "17", assentos: ["A01"] });
  assert.deepEqual([frame.version, frame.seats.size], [0, 0]);
  assert.deepEqual(
    parse({ evento: "meus_assentos", assentos: { A01: "x" } }).holds,
    new Map([["A01", 0]]),
  );
  assert.deepEqual(parse({ evento: "meus_assentos", assentos: {}, comprados: ["F07", 7] }).bought, [
    "F07",
  ]);
  assert.deepEqual(parse({ evento: "meus_assentos", assentos: {} }).bought, []);
});

test("a payment travels under the contract's names", () => {
  const payment = { nomeCompleto: "Ana", cpf: "", email: "a@b.c", forma: "pix" };
  const attempt = {
    key: "k",
    seats: ["F07"],
    categories: { F07: "meia_idoso" },
    total: 1600,
    language: "pt-BR",
    edition: "e1",
    payment,
  };
  assert.deepEqual(confirmPayment(attempt), {
    acao: "confirmar_pagamento",
    assentos: ["F07"],
    ingressos: { F07: "meia_idoso" },
    total: 1600,
    idioma: "pt-BR",
    edicao: "e1",
    pagamento: payment,
    chave: "k",
  });
});

test("no half-price tickets sold differs from an unknown number", () => {
  assert.equal(
    parse({ evento: "estado_inicial", versao: 1, assentos: {}, meias_vendidas: 0 }).halvesSold,
    0,
  );
  assert.equal(
    parse({ evento: "atualizacao", desde: 1, versao: 2, mudancas: [] }).halvesSold,
    null,
  );
  assert.equal(
    parse({ status: "erro", motivo: "cota_de_meia_esgotada", meias_restantes: 2 }).halvesLeft,
    2,
  );
});
