import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { doStep } from "../../../src/suites/run/steps.ts";
import type { Exchange, OpenTarget } from "../../../src/suites/target.ts";
import { http } from "../../../src/suites/targets/http.ts";
import { Hostile } from "./support/hostile.ts";

const fixtures = join(import.meta.dirname, "..", "..", "fixtures", "suites");
const context = { folder: fixtures, env: {}, connections: 100 };
const forever = () => new AbortController().signal;

describe("Plain HTTP, as a suite sends it,", () => {
  let server: Hostile;
  let secure: Hostile;
  const opened: OpenTarget<object>[] = [];
  before(async () => {
    [server, secure] = await Promise.all([Hostile.start("hostileServer.ts"), Hostile.start("hostileServer.ts", "tls")]);
  });
  after(() => Promise.all([server.stop(), secure.stop()]));
  afterEach(async () => {
    for (const target of opened.splice(0)) await target.close();
    await server.allClosed();
  });

  type Settings = Omit<Parameters<typeof http.open>[0], "kind" | "url">;
  async function open(path: string, settings: Settings = {}, of = server) {
    const url = of.url(path);
    const target = await http.open(
      { kind: "http", url: of === secure ? url.replace("http", "https") : url, ...settings },
      context,
    );
    opened.push(target);
    return target;
  }
  const send = async (path: string, request = {}, settings: Settings = {}, signal = forever()): Promise<Exchange> =>
    (await open(path, settings)).send(request, signal);

  for (const [path, what] of Object.entries({
    ok: "of a known length",
    chunked: "in chunks with extensions and trailers",
    bytes: "byte by byte",
    untilClose: "that ends with its connection",
    closing: "that tells of its connection's end",
    interim: "behind interim answers",
    noContent: "without content",
    tooMuch: "with something behind it",
    slow: "that comes late",
  })) {
    it(`takes an answer ${what}`, async () => {
      const target = await open(path);
      for (let i = 0; i < 3; i++) {
        const exchange = await target.send({}, forever());
        const { outcome, error, sent, firstByte = Number.NaN, ended } = exchange;
        assert.deepEqual({ outcome, error }, { outcome: "ok", error: undefined });
        assert.ok(sent < firstByte && firstByte <= ended);
      }
    });
  }

  for (const [path, kind, said] of [
    ["status/503", "status", /^503$/],
    ["dead", "reset", /127\.0\.0\.1:\d+/],
    ["closed", "reset", /closed the connection without an answer/],
    ["half", "cut short", /amid its answer/],
    ["halfChunk", "cut short", /amid its answer/],
    ["halfHead", "cut short", /amid its answer/],
    ["resetAmid", "cut short", /ECONNRESET/],
    ["huge", "too large", /67108864 bytes/],
    ["hugeChunks", "too large", /67108864 bytes/],
    ["endlessHead", "too large", /64 KiB/],
    ["loop", "redirects", /more than 5 redirects/],
    ["hops/6", "redirects", /more than 5 redirects/],
    ["nowhere", "redirects", /no address of HTTP/],
    ["garbage", "protocol", /not HTTP/],
    ["garbageHeader", "protocol", /no header/],
    ["garbageLength", "protocol", /Content-Length/],
    ["twoLengths", "protocol", /Content-Length/],
    ["garbageChunk", "protocol", /no readable size/],
    ["longChunk", "protocol", /longer than it says/],
  ] as const) {
    it(`tells of ${path} that it is an error: ${kind}`, async () => {
      const { outcome, errorKind, error = "", sent, ended } = await send(path);
      assert.deepEqual({ outcome, errorKind }, { outcome: "error", errorKind: kind });
      assert.match(error, said);
      assert.doesNotMatch(error, /secret/i);
      assert.ok(ended > sent);
    });
  }

  it("tells that nothing listens", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => gone.once("listening", resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const target = await http.open({ kind: "http", url: `http://127.0.0.1:${port}` }, context);
    const { errorKind, error } = await target.send({}, forever());
    assert.deepEqual({ errorKind, error }, { errorKind: "refused", error: `ECONNREFUSED 127.0.0.1:${port}` });
  });

  for (const path of ["silent", "endless"]) {
    it(`ends ${path} at its timeout, or cancelled`, async () => {
      const late = await send(path, {}, {}, AbortSignal.timeout(50));
      assert.deepEqual([late.outcome, late.errorKind], ["error", "timeout"]);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      const cancelled = await send(path, {}, {}, controller.signal);
      assert.deepEqual([cancelled.outcome, cancelled.errorKind], ["cancelled", undefined]);
      assert.equal((await send("ok", {}, {}, controller.signal)).outcome, "cancelled");
    });
  }

  it("sends method, path, headers and body", async () => {
    const bodies: string[] = [];
    const peer = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        bodies.push(`${request.method} ${request.url} ${request.headers["content-type"]} ${request.headers.a} ${body}`);
        response.end();
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => peer.once("listening", resolve));
    const { port } = peer.address() as AddressInfo;
    const target = await http.open(
      { kind: "http", url: `http://127.0.0.1:${port}/base/`, headers: { a: "1" } },
      context,
    );
    opened.push(target);
    await target.send({ path: "/x?y=1" }, forever());
    await target.send({ path: "/x", json: { text: "Grüße" }, headers: { a: "2" } }, forever());
    await target.send({ method: "PUT", text: "plain" }, forever());
    await target.send({ file: "tls/certificate.pem" }, forever());
    assert.deepEqual(bodies.slice(0, 3), [
      "GET /base/x?y=1 undefined 1 ",
      'POST /base/x application/json 2 {"text":"Grüße"}',
      "PUT /base/ undefined 1 plain",
    ]);
    assert.match(bodies[3] ?? "", /^POST \/base\/ undefined 1 -----BEGIN CERTIFICATE-----/);
    peer.close();
  });

  it("sends a name and password in its address as a header, to that server alone", async () => {
    const given: (string | undefined)[] = [];
    const next: Record<string, string> = { "/here": "/there", "/there": "other" };
    const peer = createServer(({ headers, url = "" }, response) => {
      given.push(headers.authorization);
      const location = next[url]?.replace("other", `http://localhost:${port}/`);
      response.writeHead(location ? 302 : 200, location ? { location } : {}).end();
    }).listen(0);
    await new Promise((resolve) => peer.once("listening", resolve));
    const { port } = peer.address() as AddressInfo;
    for (const headers of [{}, { Authorization: "Bearer x" }]) {
      const url = `http://user:p%40ss@127.0.0.1:${port}/here`;
      const target = await http.open({ kind: "http", url, headers }, context);
      opened.push(target);
      assert.equal((await target.send({}, forever())).error, undefined);
    }
    const basic = `Basic ${btoa("user:p@ss")}`;
    assert.deepEqual(given.splice(0), [basic, basic, undefined, "Bearer x", "Bearer x", undefined]);
    const step = { request: { url: `http://user:p%40ss@127.0.0.1:${port}/reset` } };
    const of = { world: {} as never, env: {}, signal: forever(), onStarted: () => {} };
    await doStep(step, of);
    assert.deepEqual(given, [basic]);
    const gone = { request: { url: "http://user:hush@127.0.0.1:9/" } };
    await assert.rejects(doStep(gone, of), ({ message }: Error) => !/user|hush/.test(message));
    peer.close();
  });

  it("takes the statuses that a request names as good", async () => {
    assert.equal((await send("status/404", { expect: 404 })).outcome, "ok");
    assert.equal((await send("loop", { expect: [301, 302] })).outcome, "ok");
    assert.equal((await send("ok", { expect: [204] })).error, "200");
  });

  it("asks by HEAD without waiting for a body", async () => {
    assert.equal((await send("headOnly", { method: "HEAD" })).outcome, "ok");
  });

  it("follows redirects, with the body where they keep the method", async () => {
    assert.equal((await send("hops/5", { text: "hello" })).outcome, "ok");
    assert.equal((await send("seeOther", { text: "hello" })).outcome, "ok");
    assert.deepEqual((await send("loop", {}, { redirects: 0 })).error, "302");
  });

  it("sends one request after the other on one connection, and opens as many as there are at once", async () => {
    const target = await open("ok");
    for (let i = 0; i < 20; i++) await target.send({}, forever());
    assert.equal(await server.connections(), 1);
    await Promise.all(Array.from({ length: 7 }, () => target.send({}, forever())));
    assert.equal(await server.connections(), 7);
  });

  it("goes on with a new connection when the server closed one between requests", async () => {
    const target = await open("abrupt");
    for (let i = 0; i < 5; i++) {
      assert.equal((await target.send({}, forever())).outcome, "ok");
      await server.allClosed();
    }
  });

  it("keeps nothing of a long body", async function () {
    this.timeout(120_000);
    const before = process.memoryUsage();
    const target = await open("long/512", { maxBody: 2 ** 30 });
    let most = 0;
    const timer = setInterval(() => {
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      most = Math.max(most, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
    }, 10);
    const { outcome } = await target.send({}, forever());
    clearInterval(timer);
    assert.equal(outcome, "ok");
    assert.ok(most < 100 * 2 ** 20, `${most} bytes more`);
  });

  it("trusts a self-signed certificate only where it is told to", async () => {
    const refused = await (await open("ok", {}, secure)).send({}, forever());
    assert.deepEqual([refused.outcome, refused.errorKind], ["error", "failed"]);
    assert.match(refused.error ?? "", /SELF_SIGNED.*tls\.insecure/);
    assert.equal((await (await open("ok", { tls: { insecure: true } }, secure)).send({}, forever())).outcome, "ok");
    const known = await open("half", { tls: { ca: "tls/certificate.pem" } }, secure);
    assert.equal((await known.send({}, forever())).errorKind, "cut short");
  });

  it("tells of a request that can't be made", async () => {
    const missing = await send("ok", { file: "missing.wav" });
    assert.deepEqual([missing.outcome, missing.errorKind], ["error", "failed"]);
    assert.match(missing.error ?? "", /missing\.wav/);
    assert.match((await send("ok", { headers: { a: "1\r\nb: 2" } })).error ?? "", /header/i);
    assert.match((await send("ok", { text: "a", json: 1 })).error ?? "", /one thing/);
  });
});
