import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { resolved, shownUrl } from "../../../src/model/remoteEndpoint.ts";
import { DiskQueue } from "../../../src/record/export/push/diskQueue.ts";
import { post } from "../../../src/record/export/push/post.ts";
import { Pusher } from "../../../src/record/export/push/pusher.ts";
import { until } from "../../support/until.ts";
import { Receiver } from "./receiver.ts";

const bytes = (text: string) => Buffer.from(text);

describe("what waits to be sent", () => {
  let folder: string;
  let said: string[];
  const queue = (maxBytes = 1e6, at = folder) =>
    new DiskQueue({ folder: at, maxBytes, log: (_, message) => void said.push(message) });
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "queue-")), "q");
    said = [];
  });
  afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

  it("comes out in order, by another process too", () => {
    const first = queue();
    for (const text of ["a", "b", "c"]) first.push(bytes(text), 2);
    const taken = first.peek();
    assert.equal(taken?.body.toString(), "a");
    first.done(taken?.id ?? 0);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(
      readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777),
      [0o600, 0o600],
    );

    const second = queue();
    assert.equal(second.points, 4);
    second.push(bytes("d"), 1);
    const all: string[] = [];
    for (let one = second.peek(); one; one = second.peek()) {
      all.push(one.body.toString());
      second.done(one.id);
    }
    assert.deepEqual(all, ["b", "c", "d"]);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(second.bytes, 0);
  });

  it("falls out beyond the bound, the oldest first, and is counted; not what is being sent", () => {
    const small = queue(3 * 4096);
    small.push(bytes("0"), 10);
    small.peek();
    for (let i = 1; i <= 5; i++) small.push(bytes(String(i)), 10);
    assert.equal(small.peek()?.body.toString(), "0");
    assert.equal(small.lost, 30);
    assert.equal(small.points, 30);
    small.done(small.peek()?.id ?? 0);
    assert.equal(small.peek()?.body.toString(), "4");
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /is full: the oldest figures fall out/);
  });

  it("waits in memory while the disk takes nothing, and is said", () => {
    // A folder's place that a file has: for root no mode forbids anything.
    writeFileSync(folder, "");
    const none = queue();
    none.push(bytes("a"), 1);
    none.push(bytes("b"), 1);
    assert.match(none.message ?? "", /takes no requests: .* Make room there/);
    assert.equal(said.length, 1);
    rmSync(folder);
    none.push(bytes("c"), 1);
    none.push(bytes("d"), 1);
    assert.equal(none.message, undefined);
    const all: string[] = [];
    for (let one = none.peek(); one; one = none.peek()) {
      all.push(one.body.toString());
      none.done(one.id);
    }
    assert.deepEqual(all, ["a", "b", "c", "d"]);
  });

  it("is whole after its process was killed", async function () {
    this.timeout(30_000);
    const child = spawn(process.execPath, [join(import.meta.dirname, "queueing.ts"), folder]);
    let printed = "";
    child.stdout.on("data", (data) => {
      printed += data;
    });
    await until("some requests", () => printed.split("\n").length > 20);
    child.kill("SIGKILL");
    await until("its end", () => child.signalCode);
    const left = queue(1e9);
    const count = Number(printed.trim().split("\n").at(-1));
    assert.ok(left.points >= count, `${left.points} of ${count}`);
    for (let i = 1; ; i++) {
      const one = left.peek();
      if (!one) break;
      assert.equal(one.body.length, 50_000);
      assert.ok(one.body.every((byte) => byte === i % 251));
      left.done(one.id);
    }
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is forgotten when somebody wants so, but for what is being sent", () => {
    const some = queue();
    for (const text of ["a", "b", "c"]) some.push(bytes(text), 1);
    const sending = some.peek();
    some.clear();
    assert.deepEqual([some.points, some.lost, readdirSync(folder).length], [1, 0, 1]);
    some.done(sending?.id ?? 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is passed by where it can't be read again", () => {
    const damaged = queue();
    damaged.push(bytes("a"), 5);
    damaged.push(bytes("b"), 1);
    const [name = ""] = readdirSync(folder).sort();
    rmSync(join(folder, name));
    assert.equal(damaged.peek()?.body.toString(), "b");
    assert.equal(damaged.lost, 5);
    chmodSync(folder, 0o700);
  });
});

describe("a push", () => {
  let folder: string;
  let receiver: Receiver;
  let pusher: Pusher;
  let said: string[];
  const options = { headers: { "content-type": "text/plain" }, retryable: (status: number) => status === 503 };
  const begin = (maxBytes = 1e6) => {
    const log = (_: string, message: string) => void said.push(message);
    const endpoint = { url: `${receiver.url}/in`, headers: { Authorization: "secret" } };
    pusher = new Pusher({
      queue: new DiskQueue({ folder, maxBytes, log }),
      send: (body, signal) => post(endpoint, options, body, signal),
      target: receiver.url,
      log,
      firstWait: 0.02,
      random: () => 1,
    });
  };
  const texts = () => receiver.received.map(({ body }) => body.toString());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "push-"));
    receiver = new Receiver();
    said = [];
    await receiver.open();
  });
  afterEach(async () => {
    await pusher?.close();
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("sends all, with its headers", async () => {
    begin();
    for (const text of ["a", "b"]) pusher.push(bytes(text), 3);
    await until("both are sent", () => pusher.state().sent === 6);
    assert.deepEqual(texts(), ["a", "b"]);
    const { headers, path } = receiver.received[0] ?? assert.fail();
    assert.equal(path, "/in");
    assert.equal(headers.authorization, "secret");
    assert.equal(headers["content-type"], "text/plain");
    assert.deepEqual(pusher.state(), { target: receiver.url, state: "ok", sent: 6, queued: 0 });
  });

  it("goes on after an absence with nothing lost, and says both once", async () => {
    begin();
    await receiver.close();
    for (let i = 0; i < 50; i++) pusher.push(bytes(String(i)), 1);
    await until("it fails", () => pusher.state().state === "waiting");
    assert.match(pusher.state().message ?? "", /can't be reached: .*ECONNREFUSED.* What waits is kept/);
    assert.equal(pusher.state().queued, 50);
    await receiver.open();
    await until("all are sent", () => pusher.state().sent === 50);
    assert.deepEqual(
      texts(),
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
    assert.equal(pusher.state().lost, undefined);
    assert.equal(said.length, 2);
    assert.match(said[1] ?? "", /is there again/);
    assert.doesNotMatch(said.join(), /secret/);
  });

  it("tells what fell out when the absence was too long", async () => {
    await receiver.close();
    begin(10 * 4096);
    for (let i = 0; i < 30; i++) pusher.push(bytes(String(i)), 2);
    await receiver.open();
    await until("the rest is sent", () => pusher.state().queued === 0);
    const { sent = 0, lost = 0 } = pusher.state();
    assert.equal(sent + lost, 60);
    assert.ok(lost >= 38 && lost <= 40, String(lost));
    assert.equal(texts().at(-1), "29");
  });

  it("waits as long as it is told to, and asks again", async () => {
    begin();
    let refusals = 2;
    receiver.answer = (response) => {
      if (refusals-- > 0) response.writeHead(503, { "retry-after": "0" }).end("busy");
      else response.writeHead(200).end();
    };
    pusher.push(bytes("a"), 1);
    await until("it is sent", () => pusher.state().sent === 1);
    assert.deepEqual(texts(), ["a", "a", "a"]);
    assert.match(said[0] ?? "", /It is not ready: it answers 503 \(busy\)/);
  });

  it("is not asked all the time by a Retry-After of 0", async () => {
    begin();
    receiver.answer = (response) => response.writeHead(503, { "retry-after": "0" }).end();
    assert.equal(pusher.state().message, "nothing has been sent yet");
    pusher.push(bytes("a"), 1);
    await sleep(500);
    // 20, 40, 80, 160 and 320 ms apart.
    assert.ok(receiver.received.length <= 6, `${receiver.received.length} requests in half a second`);
  });

  it("drops what is refused, says why, and goes on", async () => {
    begin();
    receiver.answer = (response, { body }) =>
      void (body.toString() === "bad" ? response.writeHead(400).end("out of order\n") : response.writeHead(200).end());
    pusher.push(bytes("bad"), 7);
    await until("it is refused", () => pusher.state().lost === 7);
    const { state, message } = pusher.state();
    assert.equal(state, "failed");
    assert.equal(message, "7 figures were refused: it answers 400 (out of order)");
    pusher.push(bytes("good"), 1);
    await until("the next is sent", () => pusher.state().sent === 1);
    assert.equal(pusher.state().state, "ok");
  });

  for (const [status, words] of [
    [401, /does not let us in: it answers 401.* Correct the headers/],
    [404, /nothing that takes figures: it answers 404.* Correct the address/],
    [308, /leads elsewhere: it answers 308/],
  ] as const) {
    it(`keeps what a wrong setting made fail (${status})`, async () => {
      begin();
      receiver.answer = (response) => response.writeHead(status, { location: "http://127.0.0.1:9/" }).end();
      pusher.push(bytes("a"), 1);
      await until("it fails", () => pusher.state().state === "waiting");
      assert.match(pusher.state().message ?? "", words);
      receiver.answer = (response) => response.writeHead(200).end();
      await until("it is sent", () => pusher.state().sent === 1);
    });
  }

  it("leaves on disk what could not be sent when it ends", async () => {
    begin();
    await receiver.close();
    pusher.push(bytes("a"), 1);
    await until("it fails", () => pusher.state().state === "waiting");
    await pusher.close();
    await receiver.open();
    begin();
    await until("it is sent by the next", () => pusher.state().sent === 1);
  });
});

describe("an address with its headers", () => {
  const KEY = `$${"{env:KEY}"}`;
  it("takes variables from the environment, and a password from the URL", () => {
    const { url, headers } = resolved(
      { url: "https://me:p%40ss@host/x", headers: { "X-Key": `a ${KEY}b` } },
      { KEY: "k\n" },
    );
    assert.equal(url, "https://host/x");
    assert.deepEqual(headers, { Authorization: `Basic ${btoa("me:p@ss")}`, "X-Key": "a kb" });
    assert.equal(shownUrl("https://me:p%40ss@host/x"), "https://host/x");
  });

  it("is refused with a reason when it can't be used", () => {
    const headers = {};
    assert.throws(() => resolved({ url: "host:9090", headers }, {}), /begins with http:\/\/ or https:\/\//);
    assert.throws(() => resolved({ url: "file:///etc/passwd", headers }, {}), /begins with http/);
    const unset = KEY;
    assert.throws(
      () => resolved({ url: "http://h", headers: { A: unset } }, {}),
      /names \$\{env:KEY\}, which is not set/,
    );
    assert.throws(() => resolved({ url: "http://h", headers: { "A B": "x" } }, {}), /no name of a header/);
    assert.throws(() => resolved({ url: "http://h", headers: { A: "x\r\nB: y" } }, {}), /line break/);
  });
});
