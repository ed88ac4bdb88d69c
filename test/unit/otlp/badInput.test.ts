import assert from "node:assert/strict";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { MAX_ITEMS } from "../../../src/inputs/otlp/limits.ts";
import { until } from "../../support/until.ts";
import { type Answer, messageOf, OpenDoor, PROTOBUF, TOKEN } from "./openDoor.ts";
import { encode, messages } from "./protos.ts";
import { rawRequest } from "./rawRequest.ts";
import { modelCalls, serialize } from "./requests.ts";

const good = serialize("traces", "protobuf", modelCalls(2));
const NOW = 1_790_000_000;
const nano = (seconds: number) => `${seconds}000000000`;
const head = (path: string, ...lines: string[]) =>
  `${[`POST ${path} HTTP/1.1`, "Host: localhost", `Content-Type: ${PROTOBUF}`, `X-Agent-Vitals-Token: ${TOKEN}`, ...lines].join("\r\n")}\r\n\r\n`;

let made = 0;
function span(fields: object = {}): object {
  const spanId = (++made).toString(16).padStart(16, "0");
  const [startTimeUnixNano, endTimeUnixNano] = [nano(NOW - 2), nano(NOW - 1)];
  return {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId,
    name: "call",
    startTimeUnixNano,
    endTimeUnixNano,
    ...fields,
  };
}

function request(...spans: unknown[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

function statusOf({ body }: Answer): string {
  return (messages.status.decode(body) as unknown as { message: string }).message;
}

/** The door still takes what is good. */
async function takesOthers(door: OpenDoor): Promise<void> {
  const before = door.spans.length;
  assert.equal((await door.postBytes("/v1/traces", good)).status, 200);
  assert.equal(door.spans.length, before + 2);
}

describe("Bad input at the OTLP door", () => {
  it("that is protobuf cut short is refused wherever it was cut, but between two resources", async () => {
    await using door = await OpenDoor.start();
    for (let length = 1; length < good.length; length += 7) {
      const answer = await door.postBytes("/v1/traces", good.subarray(0, length));
      assert.equal(answer.status, 400, `cut after ${length} bytes`);
      assert.match(statusOf(answer), /not OTLP's protobuf, or were cut short: index out of range/);
    }
    assert.equal(door.spans.length, 0);
    await takesOthers(door);
    assert.equal(door.log.length, 1);
  });

  it("that grows without end when it is unpacked is stopped at the limit", async () => {
    await using door = await OpenDoor.start();
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 1 });
    const before = process.memoryUsage().rss;
    const answer = await door.postBytes("/v1/traces", bomb, { "content-encoding": "gzip" });
    assert.equal(answer.status, 413);
    assert.match(statusOf(answer), /packed and grew without end, and at most 64 MiB are taken/);
    assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
    await takesOthers(door);
  });

  it("that is not packed as it says, or cut short, is refused", async () => {
    await using door = await OpenDoor.start();
    for (const body of [good, gzipSync(good).subarray(0, 60)]) {
      const answer = await door.postBytes("/v1/traces", body, { "content-encoding": "gzip" });
      assert.equal(answer.status, 400);
      assert.match(statusOf(answer), /not what its Content-Encoding says, or was cut short/);
    }
    await takesOthers(door);
  });

  it("that claims 4 GB is refused at once, and more than 16 MiB as they come", async () => {
    await using door = await OpenDoor.start();
    const claimed = await rawRequest(door.port, [head("/v1/traces", "Content-Length: 4294967296"), "x"]);
    assert.match(claimed, /^HTTP\/1\.1 413 .*4,294,967,296 bytes are announced, and at most 16 MiB are taken/s);
    const expecting = await rawRequest(door.port, [
      head("/v1/traces", "Content-Length: 4294967296", "Expect: 100-continue"),
    ]);
    assert.match(expecting, /^HTTP\/1\.1 413 /, "without being told to go on");
    const chunk = Buffer.alloc(1024 * 1024);
    const chunks = Array.from({ length: 18 }, () => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]).flat();
    const streamed = await rawRequest(door.port, [head("/v1/traces", "Transfer-Encoding: chunked"), ...chunks]);
    assert.match(streamed, /^HTTP\/1\.1 413 .*More was sent/s);
    await takesOthers(door);
  });

  it("that stalls is given up, and who leaves in the middle is counted", async () => {
    await using door = await OpenDoor.start({ patience: 0.2 });
    const stalled = await rawRequest(door.port, [head("/v1/traces", "Content-Length: 100"), "half"]);
    assert.match(stalled, /^HTTP\/1\.1 408 .*After 0\.2 s only 4 bytes of the body had come/s);
    for (const encoding of ["identity", "gzip"]) {
      const counted = door.counters.rejected["broken off"] ?? 0;
      const leaving = connect(door.port, "127.0.0.1");
      leaving.write(head("/v1/traces", "Content-Length: 100", `Content-Encoding: ${encoding}`));
      leaving.write(gzipSync(good).subarray(0, 20), () => leaving.destroy());
      await until("it to be counted", () => door.counters.rejected["broken off"] === counted + 1);
    }
    await takesOthers(door);
  });

  it("that is no JSON, no object, or nested 20,000 levels deep is refused without quoting it", async () => {
    await using door = await OpenDoor.start();
    const cases: [string, RegExp][] = [
      ['{"resourceSpans": what the user said', /36 bytes are not JSON, or were cut short/],
      ["", /0 bytes are not JSON/],
      ["[1]", /not an object/],
      ['{"resourceSpans":"text"}', /“resourceSpans” has to be a list/],
      [`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, /nested more than 100 levels deep/],
      [`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`, /nested more than 100 levels deep/],
    ];
    for (const [body, reason] of cases) {
      const answer = await door.post("/v1/traces", body);
      assert.equal(answer.status, 400);
      assert.match(messageOf(answer), reason);
    }
    assert.doesNotMatch(door.log.join(), /user said/);
    assert.equal((await door.post("/v1/traces", '{"unknown":"[[[[\\"{","resourceSpans":[]}')).status, 200);
    await takesOthers(door);
  });

  it("that holds more than memory is meant for is refused in both encodings", async () => {
    await using door = await OpenDoor.start();
    const point = Buffer.from([0x0a, 0x00]);
    const points = Buffer.concat(new Array(MAX_ITEMS + 1).fill(point));
    const nested = (bytes: Buffer<ArrayBuffer>, ...tags: number[]) =>
      tags.reduce((inner, tag) => Buffer.concat([Buffer.from([tag]), varint(inner.length), inner]), bytes);
    const answer = await door.postBytes("/v1/metrics", nested(points, 0x2a, 0x12, 0x12, 0x0a));
    assert.equal(answer.status, 413);
    assert.match(statusOf(answer), /more than 100,000 data points/);
    const events = Buffer.concat(new Array(100).fill(Buffer.from([0x5a, 0x00])));
    const span = nested(events, 0x12);
    const eventful = await door.postBytes(
      "/v1/traces",
      nested(Buffer.concat(new Array(10_001).fill(span)), 0x12, 0x0a),
    );
    assert.equal(eventful.status, 413);
    assert.match(statusOf(eventful), /more than 1,000,000 attributes, events and values/);
    const many = await door.post("/v1/traces", `{"resourceSpans":[${"[],".repeat(5_000_000)}[]]}`);
    assert.equal(many.status, 413);
    await takesOthers(door);
  }).timeout(20_000);

  const rejected: [string, object, string][] = [
    [
      "start in the future",
      { startTimeUnixNano: nano(NOW + 90_000), endTimeUnixNano: nano(NOW + 90_001) },
      "clock is more than a day in the future",
    ],
    ["end in the future", { endTimeUnixNano: nano(NOW + 90_000) }, "it ends in the future, or never"],
    ["were never started", { startTimeUnixNano: "0" }, "clock is unset, or before the year 2000"],
    [
      "count from the machine's start",
      { startTimeUnixNano: nano(12_345), endTimeUnixNano: nano(12_346) },
      "clock is unset, or before the year 2000",
    ],
    ["end before they start", { endTimeUnixNano: nano(NOW - 3) }, "it ends before it starts"],
    ["have no trace id", { traceId: "" }, "trace id is not 16 bytes, or zero"],
    ["have a short trace id", { traceId: "0af7" }, "trace id is not 16 bytes, or zero"],
    ["have a zero trace id", { traceId: "0".repeat(32) }, "trace id is not 16 bytes, or zero"],
    ["have a zero span id", { spanId: "0".repeat(16) }, "span id is not 8 bytes, or zero"],
  ];
  for (const [what, fields, reason] of rejected) {
    it(`rejects spans that ${what}, and takes those beside them`, async () => {
      await using door = await OpenDoor.start({ now: () => NOW });
      const body = request(span({ name: "before" }), span(fields), span({ name: "after" }));
      const answer = await door.post("/v1/traces", body);
      assert.equal(answer.status, 200);
      const { partialSuccess } = JSON.parse(answer.body.toString());
      assert.equal(partialSuccess.rejectedSpans, "1");
      assert.equal(partialSuccess.errorMessage, `1 of 3 spans were rejected: ${reason} (1).`);
      const bytes = await door.postBytes("/v1/traces", encode("traces", body));
      assert.equal(bytes.status, 200);
      assert.ok(bytes.body.includes(`1 of 3 spans were rejected: ${reason} (1).`));
      assert.deepEqual(
        door.spans.map(({ name }) => name),
        ["before", "after", "before", "after"],
      );
      assert.deepEqual(door.counters.rejected, { [reason]: 2 });
      assert.equal(door.log.length, 1);
      assert.match(door.log[0] ?? "", /a span was rejected: .*; it was “call”\. Further ones are only counted\./);
    });
  }

  it("rejects spans whose times are no numbers or negative", async () => {
    await using door = await OpenDoor.start({ now: () => NOW });
    const times = ["NaN", "Infinity", "-5", "soon", -1, true, {}, null, 1e300];
    const answer = await door.post(
      "/v1/traces",
      request(...times.map((time) => span({ startTimeUnixNano: time })), span()),
    );
    assert.equal(answer.status, 200);
    assert.equal(door.spans.length, 1);
    assert.equal(JSON.parse(answer.body.toString()).partialSuccess.rejectedSpans, "9");
  });

  it("counts a span once that comes twice in a request, though another trace may have its id", async () => {
    await using door = await OpenDoor.start({ now: () => NOW });
    const [one, other] = ["1".repeat(32), "2".repeat(32)];
    const spans = [one, one, other, other, one].map((traceId) => span({ traceId, spanId: "a".repeat(16) }));
    await door.post("/v1/traces", request(...spans));
    assert.deepEqual(
      door.spans.map(({ traceId }) => traceId),
      [one, other],
    );
    assert.deepEqual(door.counters.rejected, { "span id came before in this request": 3 });
  });

  it("of JSON that has other types than it should costs what has them, and nothing beside it", async () => {
    await using door = await OpenDoor.start({ now: () => NOW });
    const attribute = (key: unknown, value: unknown) => ({ key, value });
    const odd = [
      attribute(1, 2),
      attribute("text", "bare"),
      5,
      null,
      attribute("n", { intValue: "12" }),
      attribute("x", { intValue: {} }),
    ];
    const body = request(
      5,
      null,
      "span",
      [span()],
      span({ attributes: odd, events: "none", status: 7, kind: "SPAN_KIND_SERVER" }),
    );
    await door.post("/v1/traces", { unknown: { deep: [1] }, ...body });
    assert.equal(door.spans.length, 1);
    assert.equal(door.spans[0]?.kind, 2);
    assert.deepEqual({ ...door.spans[0]?.attributes }, { n: 12 });
    assert.deepEqual(door.counters.rejected, { "not an object": 4 });
  });
});

function varint(value: number): Buffer<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
