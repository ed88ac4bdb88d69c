import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { random } from "../../../src/model/random.ts";
import { type Answer, OpenDoor } from "./openDoor.ts";
import { encode, messages } from "./protos.ts";

const attributes = [
  { key: "gen_ai.request.model", value: { stringValue: "llama3.2:3b" } },
  { key: "tokens", value: { intValue: "-1234567890123" } },
  { key: "ratio", value: { doubleValue: 0.7 } },
  {
    key: "flags",
    value: { arrayValue: { values: [{ boolValue: true }, { stringValue: "é" }, { arrayValue: { values: [] } }] } },
  },
  { key: "map", value: { kvlistValue: { values: [{ key: "a", value: { bytesValue: "AAAA" } }] } } },
];
const time = "1790000000123456789";
const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const within = { resource: { attributes } };
const scope = { name: "scope", version: "1", attributes };
const buckets = { offset: -3, bucketCounts: ["1", "300", "0"] };
const figures = { attributes, timeUnixNano: time, startTimeUnixNano: time, count: "3", sum: 4.5, flags: 0 };
const range = { min: 1, max: 2 };

/** A request of each signal in which every field is used. */
const requests = {
  traces: {
    resourceSpans: [
      {
        ...within,
        scopeSpans: [
          {
            scope,
            spans: [
              {
                ...ids,
                parentSpanId: "00f067aa0ba902b7",
                traceState: "a=b",
                flags: 257,
                name: "chat",
                kind: 3,
                startTimeUnixNano: time,
                endTimeUnixNano: "1790000001123456789",
                attributes,
                events: [{ timeUnixNano: time, name: "event", attributes }],
                links: [{ ...ids, attributes }],
                status: { code: 2, message: "failed" },
              },
            ],
          },
        ],
      },
    ],
  },
  metrics: {
    resourceMetrics: [
      {
        ...within,
        scopeMetrics: [
          {
            scope,
            metrics: [
              { name: "gauge", unit: "s", gauge: { dataPoints: [{ ...figures, asDouble: 1.5 }] } },
              {
                name: "sum",
                sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...figures, asInt: "7" }] },
              },
              {
                name: "histogram",
                histogram: {
                  aggregationTemporality: 1,
                  dataPoints: [{ ...figures, ...range, bucketCounts: ["1", "2"], explicitBounds: [1.5] }],
                },
              },
              {
                name: "exponential",
                exponentialHistogram: {
                  aggregationTemporality: 1,
                  dataPoints: [
                    { ...figures, ...range, scale: 3, zeroCount: "1", positive: buckets, negative: buckets },
                  ],
                },
              },
              {
                name: "summary",
                summary: { dataPoints: [{ ...figures, quantileValues: [{ quantile: 1, value: 2 }] }] },
              },
            ],
          },
        ],
      },
    ],
  },
  logs: {
    resourceLogs: [
      {
        ...within,
        scopeLogs: [
          {
            scope,
            logRecords: [
              {
                ...ids,
                timeUnixNano: time,
                observedTimeUnixNano: time,
                severityNumber: 13,
                severityText: "WARN",
                body: { stringValue: "a line" },
                attributes,
                eventName: "event",
              },
            ],
          },
        ],
      },
    ],
  },
};
const signals = ["traces", "metrics", "logs"] as const;
const ROUNDS = 300;

/** Values that a field of JSON may have where it should not. */
const ODD: unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1e308,
    -1e-308,
    2 ** 53,
    "",
    "x",
    "NaN",
    "-Infinity",
    "1e400",
    "99999999999999999999",
    "__proto__",
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    { length: -1 },
    { toString: 1 },
    { __proto__: null, constructor: 5 },
    "\ud800",
    "x".repeat(2000),
  ],
];

/** The value with some parts exchanged for odd ones, or for other parts of it. */
function mutate(value: unknown, next: () => number, rate: number): unknown {
  if (next() < rate) return ODD[Math.floor(next() * ODD.length)];
  if (Array.isArray(value)) {
    const parts = value.map((each) => mutate(each, next, rate));
    return next() < rate ? [...parts, ...parts] : parts;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, mutate(each, next, rate)]);
  if (next() < rate) entries.push(["__proto__", {}], ["unknown", [{}]]);
  return Object.fromEntries(entries.filter(() => next() > rate / 2));
}

function assertAnswered({ status, body }: Answer, what: string): void {
  assert.ok((status >= 200 && status < 300) || (status >= 400 && status < 500), `${what}: ${status} ${body}`);
}

/** What came in is of the shapes that it should be. */
function assertWellFormed(door: OpenDoor): void {
  for (const { traceId, spanId, start, duration, name, attributes } of door.spans) {
    assert.match(`${traceId} ${spanId}`, /^[0-9a-f]{32} [0-9a-f]{16}$/);
    assert.ok(Number.isFinite(start) && duration >= 0 && Number.isFinite(duration) && name.length <= 1024);
    for (const value of Object.values(attributes))
      assert.ok(["string", "number", "boolean", "object"].includes(typeof value));
  }
  for (const { value, time, histogram } of door.points) {
    assert.ok(Number.isFinite(value) && Number.isFinite(time));
    const { bounds, counts } = histogram ?? {};
    assert.equal(counts?.length ?? 0, bounds ? bounds.length + 1 : 0);
  }
  for (const { time, severity, message = "" } of door.records) {
    assert.ok(Number.isFinite(time) && severity && message.length <= 1024);
  }
}

async function stillTakes(door: OpenDoor): Promise<void> {
  assertWellFormed(door);
  assert.deepEqual({ ...Object.prototype }, {}, "no prototype was touched");
  const before = [door.spans.length, door.points.length, door.records.length];
  for (const signal of signals) {
    assert.equal((await door.post(`/v1/${signal}`, requests[signal])).status, 200);
    assert.equal((await door.postBytes(`/v1/${signal}`, encode(signal, requests[signal]))).status, 200);
  }
  const after = [door.spans.length, door.points.length, door.records.length];
  assert.deepEqual(
    after.map((count, i) => count - (before[i] ?? 0)),
    [2, 10, 2],
  );
}

describe("The OTLP decoder, given generated input,", () => {
  for (const signal of signals) {
    const valid = encode(signal, requests[signal]);

    it(`lives through ${ROUNDS} damaged protobufs of ${signal}`, async () => {
      await using door = await OpenDoor.start();
      const next = random(1);
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = Buffer.from(valid);
        for (let i = 0; i <= next() * 5; i++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
        const from = Math.floor(next() * bytes.length);
        const pieces = [
          bytes,
          bytes.subarray(0, from),
          bytes.subarray(from),
          Buffer.concat([bytes, bytes.subarray(from)]),
        ];
        assertAnswered(await door.postBytes(`/v1/${signal}`, pieces[round % pieces.length] ?? bytes), `round ${round}`);
      }
      await stillTakes(door);
    });

    it(`reads or refuses what protobufjs reads or refuses of damaged ${signal}`, async () => {
      await using door = await OpenDoor.start();
      const next = random(2);
      let both = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = Buffer.from(valid.subarray(0, Math.floor(valid.length * (0.5 + next()))));
        bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
        let peer = true;
        try {
          messages[signal].decode(bytes);
        } catch {
          peer = false;
        }
        const { status } = await door.postBytes(`/v1/${signal}`, bytes);
        // Ours passes over content and unknown fields unread, so it may take what the peer does not; never the reverse.
        if (peer) assert.equal(status, 200, `round ${round}: ${bytes.toString("hex")}`);
        if (peer) both++;
      }
      assert.ok(both > 10);
    });

    it(`lives through ${ROUNDS} JSON requests of ${signal} with odd values in all places`, async () => {
      await using door = await OpenDoor.start();
      const next = random(3);
      for (let round = 0; round < ROUNDS; round++) {
        const body = mutate(requests[signal], next, 0.01 + next() * 0.1);
        assertAnswered(await door.post(`/v1/${signal}`, JSON.stringify(body) ?? ""), JSON.stringify(body));
      }
      await stillTakes(door);
    });
  }

  it("lives through random bytes, packed and not, in both encodings", async () => {
    await using door = await OpenDoor.start();
    const next = random(4);
    const before = process.memoryUsage().rss;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = Buffer.from(
        Array.from({ length: Math.floor(next() ** 3 * 20_000) }, () => Math.floor(next() * 256)),
      );
      const path = `/v1/${signals[round % signals.length]}`;
      assertAnswered(await door.postBytes(path, bytes), "protobuf");
      assertAnswered(await door.post(path, bytes), "JSON");
      assertAnswered(await door.postBytes(path, bytes, { "content-encoding": "gzip" }), "said to be packed");
      assertAnswered(await door.postBytes(path, gzipSync(bytes), { "content-encoding": "gzip" }), "packed");
    }
    await stillTakes(door);
    assert.ok(process.memoryUsage().rss - before < 300 * 1024 * 1024);
  });

  it("lives through damaged requests of OpenAI's Agents SDK", async () => {
    await using door = await OpenDoor.start();
    const next = random(5);
    const usage = { input_tokens: 1, output_tokens: 2 };
    const times = { started_at: "2026-11-23T06:23:31.473Z", ended_at: "2026-11-23T06:23:32.473Z" };
    const span = { object: "trace.span", id: "span_1", trace_id: "trace_1", parent_id: "span_2", ...times, error: {} };
    const valid = {
      data: [
        { object: "trace", id: "trace_1" },
        { ...span, span_data: { type: "generation", model: "m", usage } },
      ],
    };
    for (let round = 0; round < ROUNDS; round++) {
      assertAnswered(
        await door.post("/v1/traces/ingest", JSON.stringify(mutate(valid, next, 0.1)) ?? ""),
        `round ${round}`,
      );
    }
    await stillTakes(door);
  });
});
