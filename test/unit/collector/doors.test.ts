import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { readDocuments } from "../../../examples/agent/src/documents.ts";
import { startEmbeddedModelServer } from "../../../examples/agent/src/model/embedded.ts";
import { agentEnvironment } from "../../../src/collector/environment.ts";
import { Attach, WatchSeries } from "../../../src/collector/protocol.ts";
import type { AgentState } from "../../../src/model/state.ts";
import { until } from "../../support/until.ts";
import { agentThat, Workplace } from "../support/workplace.ts";

const CALLS = 24;
const program = fileURLToPath(new URL("agents/allDoors.ts", import.meta.url));

describe("with all doors open", function () {
  this.timeout(60_000);
  let workplace: Workplace;
  before(() => {
    workplace = new Workplace();
  });
  after(() => workplace.dispose());

  it("N calls count N, with what each door knows of them", async () => {
    const models = await startEmbeddedModelServer(readDocuments());
    const window = await workplace.connect();
    const env = await agentEnvironment(workplace.addresses, { otlp: true, env: {} });
    const agent = spawn(process.execPath, [program, models.baseUrl, String(CALLS)], {
      env: {
        ...process.env,
        ...env,
        OTEL_METRICS_EXPORTER: "none",
        OTEL_LOGS_EXPORTER: "none",
        OTEL_BSP_SCHEDULE_DELAY: "50",
      },
      stdio: ["pipe", "pipe", "ignore"],
    });
    let printed = "";
    agent.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    try {
      await until("it is ready", () => printed.includes("ready"));
      await agentThat(window, "all-doors", (a) => a.connections === 1);
      assert.deepEqual(await window.rpc.sendRequest(Attach, { pid: agent.pid ?? 0 }), { agent: "all-doors" });
      agent.stdin.write("go\n");
      await until("it is done", () => printed.includes("done"), 40);
      const rows = await until("the probe's last batch is there", async () => {
        const series = await window.rpc.sendRequest(WatchSeries, { agent: "all-doors" });
        const told = series?.responses ?? [];
        // Models come by OpenTelemetry or the probe, tokens by the probe alone.
        return told.length >= CALLS && told.every((row) => row.model && row.outputTokens) && told;
      });
      assert.equal(rows.length, CALLS);
      const total = (a: AgentState) => a.latency.reduce((sum, l) => sum + l.session.count, 0);
      // The session's figures are told once a second.
      const settled = await agentThat(window, "all-doors", (a) => total(a) >= CALLS);
      assert.equal(total(settled), CALLS);
      assert.deepEqual(settled.latency.map((l) => l.queryType).sort(), ["talker", "thinker"]);
      assert.ok(
        rows.every((row) => row.door === undefined),
        "the client's figures stand",
      );
    } finally {
      agent.stdin.end();
      const ended = once(agent, "exit");
      if (agent.exitCode === null) await ended;
      await models.close();
    }
  });
});
