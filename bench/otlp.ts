// How many spans a second of OTLP are taken in on one core, from the bytes that the OpenTelemetry SDK's own serializers
// write: decoded, and decoded, joined and recorded as the collector does; beside protobufjs's reflection on the official
// messages and a bare JSON.parse, which stop there.

import { Hub } from "../src/collector/hub.ts";
import { Telemetry } from "../src/collector/telemetry.ts";
import { Intake } from "../src/inputs/otlp/intake.ts";
import { parseJson } from "../src/inputs/otlp/json/parse.ts";
import { readTraces as readJson } from "../src/inputs/otlp/json/traces.ts";
import { normalise } from "../src/inputs/otlp/normalisers/index.ts";
import { readTraces } from "../src/inputs/otlp/protobuf/traces.ts";
import { processIdentity } from "../src/inputs/sampling/process/identity.ts";
import type { Span } from "../src/model/otlp.ts";
import { nowhere } from "../src/record/sinks.ts";
import { messages } from "../test/unit/otlp/protos.ts";
import { modelCalls, serialize } from "../test/unit/otlp/requests.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

/** As many as the SDK's batches hold. */
const BATCH = 512;
/** Different ones, so that ids and times are not the same each time. */
const BATCHES = 20;
const TARGET = 50_000;
const now = () => Date.now() / 1000;

const batches = Array.from({ length: BATCHES }, () => modelCalls(BATCH));
const protobuf = batches.map((spans) => serialize("traces", "protobuf", spans));
const json = batches.map((spans) => serialize("traces", "json", spans));

const candidates = {
  "protobuf, joined and recorded": () => recordAll(protobuf),
  "protobuf, the door": () => round(protobuf, (bytes) => take((intake) => readTraces(bytes, intake))),
  "protobuf, protobufjs's reflection": () => round(protobuf, (bytes) => messages.traces.decode(bytes)),
  "JSON, the door": () => round(json, (bytes) => take((intake) => readJson(parseJson(bytes), intake))),
  "JSON, JSON.parse alone": () => round(json, (bytes) => JSON.parse(bytes.toString("utf8"))),
};
const rounds = await interleave(candidates, { rounds: 9, warmUp: 3 });

const size = (requests: Buffer[]) => Math.round((requests[0]?.length ?? 0) / BATCH);
console.log(`${machine()}; one core; median (min to max)\n`);
const table = Object.entries(rounds).map(([name, seconds]) => {
  const perSecond = figure(spread(seconds.map((each) => 1 / each)));
  return [name, perSecond, figure(spread(seconds.map((each) => each * 1e6)), 2)];
});
printTable(["decoded by", "spans/s", "µs of CPU per span"], table);
const median = 1 / spread(rounds["protobuf, joined and recorded"] ?? []).median;
const verdict = median >= TARGET ? "met" : "missed";
console.log(
  `\nCalls of a model with 12 attributes, ${size(protobuf)} bytes a span in protobuf and ${size(json)} in JSON, ${BATCH} a request. ` +
    `Target ${TARGET.toLocaleString("en")} spans/s: ${verdict}.`,
);
if (verdict === "missed") process.exitCode = 1;

/** Seconds of CPU for a span. */
function round(requests: Buffer[], decode: (bytes: Buffer) => unknown): number {
  const before = process.cpuUsage();
  for (const request of requests) decode(request);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / (BATCH * BATCHES);
}

/** As the collector: each round into a record of its own, since a span that comes twice costs little. */
function recordAll(requests: Buffer[]): number {
  const hub = new Hub({
    sink: nowhere,
    now,
    identify: processIdentity,
    onBegin: () => {},
    onEnd: () => {},
    log: () => {},
  });
  const telemetry = new Telemetry({ hub, identify: processIdentity, normalise, now, log: () => {} });
  const cost = round(requests, (bytes) => {
    const intake = new Intake<Span>("span", now(), false);
    readTraces(bytes, intake);
    telemetry.spans(intake.taken);
  });
  const counted = hub.agents().flatMap((agent) => agent.record.latency(now(), {}));
  const total = counted.reduce((sum, latency) => sum + latency.session.count, 0);
  if (total !== BATCH * BATCHES) throw new Error(`${total} of ${BATCH * BATCHES} spans were counted.`);
  return cost;
}

function take(read: (intake: Intake<Span>) => void): void {
  const intake = new Intake<Span>("span", Date.now() / 1000, false);
  read(intake);
  if (intake.taken.length !== BATCH)
    throw new Error(`${intake.taken.length} of ${BATCH} spans were taken: ${intake.summary}`);
}
