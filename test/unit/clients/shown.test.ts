import assert from "node:assert/strict";
import { readDocuments } from "../../../examples/agent/src/documents.ts";
import { type EmbeddedModelServer, startEmbeddedModelServer } from "../../../examples/agent/src/model/embedded.ts";
import type { CollectorConnection } from "../../../src/collector/client.ts";
import { agentEnvironment } from "../../../src/collector/environment.ts";
import { Attach, Detach, WatchSeries } from "../../../src/collector/protocol.ts";
import type { ResponseRow } from "../../../src/model/state.ts";
import { startOllamaServer } from "../../fixtures/clients/support/ollamaServer.ts";
import type { MeasuredCall } from "../../fixtures/clients/support/program.ts";
import { until } from "../../support/until.ts";
import { Workplace } from "../support/workplace.ts";
import { type ClientProgram, startClientProgram } from "./clientProgram.ts";
import { startTimedProxy, type TimedProxy } from "./timedProxy.ts";

const CALLS = 6;
const MODEL = "example-thinker";

/** Off by more than a share or some seconds is at most every other call: a busy machine may hold up any single one. */
const OFF = { share: 0.1, seconds: 0.06 };

/**
 * What we show of each call lies between what the model server's proxy saw and what the program measured around it:
 * what a package does before and after its request nobody but the program sees.
 */
function compare(door: string, rows: readonly ResponseRow[], calls: readonly MeasuredCall[], served: number[]): void {
  assert.equal(rows.length, calls.length, `${rows.length} rows for ${calls.length} calls`);
  const durations: Pair[] = [];
  const firsts: Pair[] = [];
  for (const [i, { outcome, duration, timeToFirstToken }] of calls.entries()) {
    const row = rows[i];
    assert.equal(row?.outcome, outcome);
    assert.equal(row?.model, MODEL);
    const shown = row?.duration ?? 0;
    const least = (served[i] ?? assert.fail("the proxy saw too few requests")) - CLOCKS;
    assert.ok(shown >= least, `shown ${shown} s, the server alone took ${served[i]} s`);
    durations.push({ shown, measured: duration });
    if (timeToFirstToken === undefined || row?.timeToFirstToken === undefined) continue;
    firsts.push({ shown: row.timeToFirstToken, measured: timeToFirstToken });
  }
  console.log(`      ${door}: off by ${judge(durations)}; first token by ${judge(firsts)}`);
}

/** Spans and rows have times of 1 ms, in seconds; and the proxy, in this process, may hear late of an answer's end. */
const CLOCKS = 0.02;

interface Pair {
  shown: number;
  measured: number;
}

function judge(pairs: Pair[]): string {
  const off = ({ shown, measured }: Pair) => Math.abs(shown - measured);
  const sorted = pairs.toSorted((a, b) => off(a) - off(b));
  const [middle, worst] = [sorted[sorted.length >> 1], sorted.at(-1)];
  if (middle) {
    const most = Math.max(middle.measured * OFF.share, OFF.seconds);
    assert.ok(off(middle) <= most, `shown ${middle.shown} s, the program measured ${middle.measured} s`);
  }
  const ms = (pair: Pair | undefined) => (pair ? `${(off(pair) * 1000).toFixed(1)} ms` : "–");
  return `${ms(middle)}, at most ${ms(worst)} of ${((middle?.measured ?? 0) * 1000).toFixed(0)} ms`;
}

describe("what is shown of real clients' calls", function () {
  this.timeout(60_000);
  let workplace: Workplace;
  let models: EmbeddedModelServer;
  let ollama: Awaited<ReturnType<typeof startOllamaServer>>;
  let proxies: { models: TimedProxy; ollama: TimedProxy };
  let collector: CollectorConnection;
  before(async () => {
    workplace = new Workplace();
    models = await startEmbeddedModelServer(readDocuments());
    ollama = await startOllamaServer(models.baseUrl);
    proxies = { models: await startTimedProxy(models.baseUrl), ollama: await startTimedProxy(ollama.url) };
    collector = await workplace.connect();
  });
  after(async () => {
    await workplace.dispose();
    for (const proxy of Object.values(proxies)) proxy.close();
    await ollama.close();
    await models.close();
  });

  const programs: ClientProgram[] = [];
  const attachedTo: string[] = [];
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.kill()));
    // Else the same program would be taken for the same agent when the next test starts it again.
    for (const agent of attachedTo.splice(0)) await collector.rpc.sendRequest(Detach, { agent });
  });

  /** Runs a program to its last call; `attach` by its inspector, `env` as our terminals give it. */
  async function run(name: string, { attach, env = {} }: { attach: boolean; env?: Record<string, string> }) {
    const proxy = name === "ollama" ? proxies.ollama : proxies.models;
    const program: ClientProgram = await startClientProgram(name, {
      baseUrl: proxy.baseUrl,
      model: MODEL,
      calls: CALLS,
      env,
    });
    programs.push(program);
    const attached = attach ? (await collector.rpc.sendRequest(Attach, { pid: program.pid })).agent : undefined;
    if (attached) attachedTo.push(attached);
    proxy.take();
    const calls = await program.call();
    return { program, calls, served: proxy.take(), attached };
  }

  const rowsOf = async (agent: string) =>
    ((await collector.rpc.sendRequest(WatchSeries, { agent }))?.responses ?? [])
      .filter((row) => row.model === MODEL)
      .sort((a, b) => a.time - b.time);

  for (const name of ["openaiFetch", "openaiHttp", "ollama", "vercelAi", "langchain"]) {
    it(`${name}, seen by the probe alone`, async () => {
      const { program, calls, served, attached = "" } = await run(name, { attach: true });
      const rows = await until("all calls are told", async () => {
        const told = await rowsOf(attached);
        return told.length >= CALLS && told;
      });
      assert.ok(rows.every((row) => row.door === "probe"));
      compare("probe", rows, calls, served);
      await program.end();
    });
  }

  for (const [name, protocol] of [
    ["vercelAi", "http/protobuf"],
    ["otelSdk", "http/protobuf"],
    ["otelSdk", "http/json"],
  ] as const) {
    it(`${name}, by OpenTelemetry (${protocol}) alone`, async () => {
      const service = `${name}-${protocol.split("/")[1]}`;
      const ours = await agentEnvironment(workplace.addresses, { otlp: true, env: {} });
      const env = { ...ours, OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_SERVICE_NAME: service };
      const { program, calls, served } = await run(name, { attach: false, env });
      await program.end();
      const rows = await until("all calls are told", async () => {
        const told = await rowsOf(service);
        return told.length >= CALLS && told;
      });
      assert.ok(rows.every((row) => row.door === "otlp"));
      compare("OpenTelemetry", rows, calls, served);
    });
  }

  it("vercelAi through the probe and OpenTelemetry at once: each call counts once", async () => {
    const ours = await agentEnvironment(workplace.addresses, { otlp: true, env: {} });
    const env = { ...ours, OTEL_SERVICE_NAME: "both", OTEL_BSP_SCHEDULE_DELAY: "100" };
    const { program, calls, served, attached = "" } = await run("vercelAi", { attach: true, env });
    await program.end();
    const rows = await until("OpenTelemetry told all of them", async () => {
      const told = await rowsOf(attached);
      return told.filter((row) => row.door === "otlp").length >= CALLS && told;
    });
    compare("both", rows, calls, served);
  });
});
