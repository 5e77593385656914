import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Connection, backOff } from "../../static/connection.js";

class FakeSocket {
  sent = [];
  closed = false;
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  says(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  opens() {
    this.onopen();
  }
  drops(code = 1006) {
    this.onclose({ code });
  }
}

const SNAPSHOT = { evento: "estado_inicial", versao: 1, assentos: {} };
let sockets;
let frames;
let states;
let connection;
let answers;
const last = () => sockets[sockets.length - 1];

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  sockets = [];
  frames = [];
  states = [];
  answers = true;
  connection = new Connection(
    "ws://x",
    (frame) => frames.push(frame.kind),
    (state) => states.push(state),
    async () => answers,
    () => {
      sockets.push(new FakeSocket());
      return last();
    },
  );
  connection.start();
});

afterEach(() => {
  connection.stop();
  mock.timers.reset();
});

const live = () => last().says(SNAPSHOT);

test("it is live with the first snapshot, not with the open socket", () => {
  assert.deepEqual([connection.state, states], ["connecting", []]);
  live();
  assert.deepEqual([connection.state, states, frames], ["live", ["live"], ["snapshot"]]);
});

test("a connection without a snapshot is given up, whatever else arrives", () => {
  last().says({ evento: "assistindo", total: 2 });
  mock.timers.tick(9000);
  assert.ok(sockets[0].closed);
  mock.timers.tick(1000);
  live();
  assert.deepEqual([sockets.length, connection.state], [2, "live"]);
});

test("a reply goes to its own request, other frames to the page", async () => {
  live();
  const first = connection.request({ acao: "bloquear" });
  const second = connection.request({ acao: "liberar" });
  const [a, b] = last().sent;
  assert.notEqual(a.id, b.id);
  last().says({ status: "ok", tipo: "liberacao", id: b.id });
  last().says({ status: "erro", tipo: "bloqueio", id: a.id, motivo: "aguarde" });
  assert.equal((await first).reason, "aguarde");
  assert.equal((await second).ok, true);
  last().says({ status: "erro", tipo: "conexao", motivo: "excesso_de_mensagens" });
  assert.equal(frames.at(-1), "reply");
});

test("a request without a live connection is not sent and resolves to no answer", async () => {
  assert.equal((await connection.request({ acao: "bloquear" })).reason, "sem_resposta");
  assert.equal(last().sent.length, 0);
});

test("a request whose line is cut, or that is not answered in time, gets no answer", async () => {
  live();
  const cut = connection.request({ acao: "bloquear" });
  last().drops();
  assert.equal((await cut).reason, "sem_resposta");
  mock.timers.tick(1000);
  live();
  const late = connection.request({ acao: "bloquear" }, 500);
  mock.timers.tick(500);
  assert.equal((await late).reason, "sem_resposta");
});

test("it reconnects by itself, with a longer pause after each failure", () => {
  live();
  mock.method(Math, "random", () => 0.999);
  for (let failures = 0; failures < 4; failures++) {
    last().drops();
    const before = sockets.length;
    mock.timers.tick(backOff(failures, 0.999) - 1);
    assert.equal(sockets.length, before);
    mock.timers.tick(2);
    assert.equal(sockets.length, before + 1);
  }
  assert.deepEqual(states, ["live", "reconnecting"]);
  live();
  assert.equal(connection.state, "live");
  Math.random.mock.restore();
});

test("waits stay within bounds however often it fails", () => {
  assert.ok(backOff(0, 0) >= 200);
  assert.ok(backOff(50, 0.9999) <= 8200);
});

test("after close code 1008 it waits for longer", () => {
  live();
  last().drops(1008);
  mock.timers.tick(10000);
  assert.equal(sockets.length, 1);
  mock.timers.tick(6000);
  assert.equal(sockets.length, 2);
});

test("hurrying tries at once, and does nothing while a socket is there", () => {
  live();
  connection.hurry();
  assert.equal(sockets.length, 1);
  last().drops();
  connection.hurry();
  assert.equal(sockets.length, 2);
});

test("a silent connection is checked, and given up if it stays silent", () => {
  live();
  mock.timers.tick(45000);
  assert.deepEqual(last().sent, [{ acao: "ressincronizar" }]);
  mock.timers.tick(8000);
  assert.equal(connection.state, "reconnecting");
  assert.ok(sockets[0].closed);
});

test("frames of a socket that was given up are ignored", () => {
  live();
  const old = last();
  old.drops();
  mock.timers.tick(1000);
  old.says(SNAPSHOT);
  old.drops();
  assert.equal(connection.state, "reconnecting");
  assert.equal(sockets.length, 2);
});

test("stopping and starting again are safe to repeat", () => {
  connection.stop();
  connection.stop();
  mock.timers.tick(60000);
  assert.equal(sockets.length, 1);
  connection.start();
  connection.start();
  assert.equal(sockets.length, 2);
});

test("a connection in doubt has three seconds for its snapshot", () => {
  live();
  connection.doubt();
  assert.deepEqual(
    last().sent.map(({ acao }) => acao),
    ["ressincronizar"],
  );
  live();
  mock.timers.tick(3000);
  assert.equal(connection.state, "live");
  connection.doubt();
  mock.timers.tick(3000);
  assert.equal(connection.state, "reconnecting");
});

test("sleep is detected by the wall clock, whose jumps back are ignored", () => {
  live();
  for (let second = 0; second < 30; second++) mock.timers.tick(1000);
  assert.equal(last().sent.length, 0);
  mock.timers.setTime(3600000);
  mock.timers.tick(1000);
  assert.deepEqual(
    last().sent.map(({ acao }) => acao),
    ["ressincronizar"],
  );
  live();
  mock.timers.setTime(0);
  mock.timers.tick(5000);
  assert.equal(last().sent.length, 1);
});

test("a page from the back-forward cache is not live before its snapshot", async () => {
  live();
  const asked = connection.request({ acao: "bloquear" });
  connection.stop();
  assert.equal((await asked).reason, "sem_resposta");
  connection.start();
  assert.equal(connection.state, "connecting");
  live();
  assert.equal(connection.state, "live");
});

/** Sockets that end before they open. */
async function refuse(times) {
  for (let i = 0; i < times; i++) {
    last().drops();
    await Promise.resolve();
    mock.timers.tick(20000);
  }
}

test("sockets that never open while HTTP works mean a network that blocks them, until one opens", async () => {
  await refuse(2);
  assert.deepEqual(states, ["reconnecting"]);
  await refuse(3);
  assert.deepEqual(states, ["reconnecting", "refused"]);
  last().opens();
  live();
  assert.deepEqual(states, ["reconnecting", "refused", "live"]);
  last().drops();
  assert.deepEqual(states.at(-1), "reconnecting");
});

test("a gateway that answers nothing is away, and not refused", async () => {
  answers = false;
  await refuse(5);
  assert.deepEqual(states, ["reconnecting"]);
});

test("a socket that opens and is lost is not refused", async () => {
  for (let i = 0; i < 4; i++) {
    last().opens();
    await refuse(1);
  }
  assert.deepEqual(states, ["reconnecting"]);
});
