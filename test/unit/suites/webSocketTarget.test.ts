import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { OpenTarget } from "../../../src/suites/target.ts";
import { websocket } from "../../../src/suites/targets/websocket.ts";
import { Hostile } from "./support/hostile.ts";

const folder = join(import.meta.dirname, "..", "..", "fixtures", "suites");
const forever = () => new AbortController().signal;

describe("A WebSocket, as a suite talks over it,", () => {
  let server: Hostile;
  const opened: OpenTarget<object>[] = [];
  before(async () => {
    server = await Hostile.start("webSocketServer.ts");
  });
  after(() => server.stop());
  afterEach(async () => {
    for (const target of opened.splice(0)) await target.close();
    await server.allClosed();
  });

  type Settings = Omit<Parameters<typeof websocket.open>[0], "kind" | "url">;
  async function open(how: string, settings: Settings = {}) {
    const url = `ws://127.0.0.1:${server.port}/${how}`;
    const target = await websocket.open({ kind: "websocket", url, ...settings }, { folder, env: {}, connections: 10 });
    opened.push(target);
    return target;
  }
  const ask = async (how: string, settings: Settings = {}, request: object = { text: "Hello" }, signal = forever()) =>
    (await open(how, settings)).send(request, signal);

  it("measures tokens, speech and stages of an agent's messages", async () => {
    const { outcome, sent, firstByte = 0, firstToken = 0, tokenTimes = [], ended, stages, ...told } = await ask("good");
    assert.equal(outcome, "ok");
    const times = [sent, firstByte, firstToken, ...tokenTimes, ended];
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    const { first_audio = 0, ...rest } = stages ?? {};
    assert.deepEqual([tokenTimes.length, rest, told.inputTokens, told.outputTokens], [2, { llm: 0.5 }, 2, 3]);
    assert.ok(first_audio > firstToken - sent && first_audio <= ended - sent);
  });

  it("ends an answer by count, field, text, silence or close", async () => {
    for (const [how, until, tokens] of [
      ["plain", { messages: 2 }, 2],
      ["plain", { text: "three" }, 3],
      ["plain", { idle: "100ms" }, 3],
      ["nested", { field: "state.is", equals: "over" }, 2],
      ["nested", { field: "state" }, 2],
      ["closing", { closed: true }, 2],
    ] as const) {
      const { outcome, error, outputTokens, sent, ended, tokenTimes } = await ask(how, { until });
      assert.deepEqual([outcome, error, outputTokens], ["ok", undefined, tokens]);
      assert.equal(ended >= (tokenTimes?.at(-1) ?? 0) && sent < ended, true);
    }
    // What a request says goes before what the target says.
    assert.equal(
      (await ask("plain", { until: { messages: 1 } }, { text: "", until: { messages: 3 } })).outputTokens,
      3,
    );
  });

  it("sends text, JSON and files", async () => {
    const target = await open("echo", { until: { field: "say", equals: "Grüße" } });
    assert.equal((await target.send({ json: { say: "Grüße" } }, forever())).outcome, "ok");
    const length = { field: "length", equals: 178 };
    const file = await (await open("length", { until: { messages: 1 } })).send(
      { file: "tls/certificate.pem" },
      forever(),
    );
    assert.equal(file.outcome, "ok");
    assert.equal((await ask("length", { until: length }, { text: "x".repeat(178) })).outcome, "ok");
  });

  it("keeps its connection, or opens one for each request", async () => {
    const kept = await open("good");
    for (let i = 0; i < 3; i++) assert.equal((await kept.send({ text: "Hello" }, forever())).outcome, "ok");
    assert.equal(await server.connections(), 1);
    const each = await open("good", { keep: false });
    for (let i = 0; i < 3; i++) assert.equal((await each.send({ text: "Hello" }, forever())).outcome, "ok");
    const late = await open("late");
    for (let i = 0; i < 3; i++) assert.equal((await late.send({ text: "Hello" }, forever())).outcome, "ok");
    const closing = await open("closing", { until: { closed: true } });
    for (let i = 0; i < 3; i++) assert.equal((await closing.send({ text: "Hello" }, forever())).outcome, "ok");
  });

  for (const [how, kind, said] of [
    ["busy", "status", /^503$/],
    ["refusing", "reset", /./],
    ["dead", "reset", /127\.0\.0\.1/],
    ["half", "cut short", /ended without done/],
    ["halfFrame", "cut short", /ended without done/],
    ["unfinished", "cut short", /ended without done/],
    ["fail", "failed", /told of an error/],
    ["garbage", "protocol", /./],
    ["huge", "too large", /more than 64 MiB/],
    ["flood", "too large", /67108864 bytes/],
  ] as const) {
    it(`tells of ${how} that it is an error: ${kind}`, async () => {
      const settings: Settings = how === "flood" ? { until: { text: "never" } } : {};
      const { outcome, errorKind, error = "" } = await ask(how, settings);
      assert.deepEqual({ outcome, errorKind }, { outcome: "error", errorKind: kind });
      assert.match(error, said);
      assert.doesNotMatch(error, /secret/);
    });
  }

  for (const how of ["silent", "endless"]) {
    it(`ends ${how} at its timeout, or cancelled`, async () => {
      const late = await ask(how, {}, { text: "Hello" }, AbortSignal.timeout(50));
      assert.deepEqual([late.outcome, late.errorKind], ["error", "timeout"]);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      assert.equal((await ask(how, {}, { text: "Hello" }, controller.signal)).outcome, "cancelled");
      assert.equal((await ask(how, {}, { text: "Hello" }, controller.signal)).outcome, "cancelled");
    });
  }

  it("sends a name and password in its address as a header", async () => {
    const given: (string | undefined)[] = [];
    const peer = createServer(({ headers }, response) => {
      given.push(headers.authorization);
      response.writeHead(403).end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => peer.once("listening", resolve));
    const url = `ws://user:pass@127.0.0.1:${(peer.address() as AddressInfo).port}/`;
    const target = await websocket.open({ kind: "websocket", url }, { folder, env: {}, connections: 1 });
    opened.push(target);
    assert.equal((await target.send({ text: "Hello" }, forever())).error, "403");
    assert.deepEqual(given, [`Basic ${btoa("user:pass")}`]);
    peer.close();
  });

  it("tells that nothing listens, and of a request that says nothing", async () => {
    const target = await websocket.open(
      { kind: "websocket", url: "ws://127.0.0.1:9/" },
      { folder, env: {}, connections: 1 },
    );
    assert.equal((await target.send({ text: "Hello" }, forever())).errorKind, "refused");
    assert.match((await ask("good", {}, {})).error ?? "", /says nothing/);
  });
});
