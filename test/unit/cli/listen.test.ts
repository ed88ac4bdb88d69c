import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { StartAgent } from "../../../src/collector/protocol.ts";
import { until } from "../../support/until.ts";
import { agentThat, alive, stateOf } from "../support/workplace.ts";
import { type Program, Terminal } from "./terminal.ts";
import { version } from "./version.ts";

const briefly = join(import.meta.dirname, "agents", "briefly.ts");

/** What `listen` says to paste into a terminal. */
function pasted(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^ {2}export (\w+)='(.*)'$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/** One span of a model call of 1.25 s, as an exporter sends it. */
function span(model: string): string {
  const attributes = [
    { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
    { key: "gen_ai.request.model", value: { stringValue: model } },
  ];
  const start = BigInt(Date.now() - 2000) * 1_000_000n;
  const one = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    name: `chat ${model}`,
    kind: 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 1_250_000_000n),
    attributes,
  };
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "exporter" } }] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "test" }, spans: [one] }] }] });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

describe("agent-vitals listen", function () {
  this.timeout(40_000);
  let terminal: Terminal;
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal.dispose());

  async function end(cli: Program) {
    cli.child.kill("SIGINT");
    return cli.ended;
  }

  it("counts everything of agents that live for a moment, by what it said to paste", async () => {
    const cli = terminal.cli("listen");
    const env = pasted(await cli.says(/[\s\S]*Time .*Outcome\n/));
    assert.deepEqual(Object.keys(env), [
      "AGENT_VITALS_SOCKET",
      "AGENT_VITALS_TOKEN",
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      "OTEL_EXPORTER_OTLP_HEADERS",
    ]);
    const agents = ["one", "two"].map((name) => terminal.run([briefly, name], env));
    for (const agent of agents) assert.equal((await agent.ended).code, 0);
    await cli.says(/(.*(one|two) .*(ok|TypeError)\n){12}/);
    const { code, stdout, stderr } = await end(cli);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /\d\d:\d\d:\d\d {2}one +talker +– +[\d.]+ m?s +– +– {2}ok\n/);
    assert.match(stdout, /\d\d:\d\d:\d\d {2}two +rag_search .* error: TypeError\n/);
    for (const name of ["one", "two"])
      assert.match(
        stdout,
        new RegExp(`\n${name} · pid \\d+ · .*\n\nQuery type .*\ntalker +5 +0 .*\nrag_search +1 +1 `),
      );
  });

  it("takes OpenTelemetry in at the port that is asked for, and tells all in one document", async () => {
    const port = await freePort();
    const cli = terminal.cli("listen", "--json", "--otlp-port", String(port));
    const env = pasted(await cli.says(/[\s\S]*Ctrl\+C/));
    assert.equal(env.OTEL_EXPORTER_OTLP_ENDPOINT, `http://127.0.0.1:${port}`);
    const [header = "", token = ""] = (env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split("=");
    const answer = await fetch(`${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json", [header]: token },
      body: span("qwen3:8b"),
    });
    assert.equal(answer.status, 200, await answer.text());
    assert.equal((await terminal.run([briefly, "client"], env).ended).code, 0);
    const { code, stdout } = await end(cli);
    assert.equal(code, 0);
    const { duration, otlpPort, agents } = JSON.parse(stdout);
    assert.ok(duration > 0);
    assert.equal(otlpPort, port);
    const [exporter, client] = agents;
    assert.deepEqual([exporter.agent, client.agent, agents.length], ["exporter", "client", 2]);
    assert.equal(exporter.models["qwen3:8b"].count, 1);
    assert.ok(Math.abs(exporter.models["qwen3:8b"].max - 1.25) < 0.002);
    assert.deepEqual([client.queryTypes.talker.count, client.queryTypes.rag_search.errors], [5, 1]);
  });

  it("keeps its own port for its own life", async () => {
    const port = await freePort();
    const cli = terminal.cli("listen", "--otlp-port", String(port));
    await cli.says(/Ctrl\+C/);
    await end(cli);
    const next = terminal.cli("listen");
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = pasted(await next.says(/[\s\S]*Ctrl\+C/));
    assert.notEqual(endpoint, `http://127.0.0.1:${port}`);
  });

  it("refuses another port than the one that is served already, and one that is taken", async () => {
    const first = terminal.cli("listen");
    await first.says(/Ctrl\+C/);
    const second = await terminal.cli("listen", "--otlp-port", String(await freePort())).ended;
    assert.deepEqual([second.code, second.stdout], [2, ""]);
    assert.match(second.stderr, /^agent-vitals: This workspace is served at port \d+ already.*\n$/);
    await end(first);
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as { port: number };
    const third = await terminal.cli("listen", "--otlp-port", String(port)).ended;
    holder.close();
    assert.deepEqual([third.code, third.stdout], [2, ""]);
    assert.match(third.stderr, new RegExp(`^agent-vitals: .*\\b${port}\\b.*\n$`));
  });

  it("changes nothing that a window has set", async () => {
    terminal.config({ name: "brief", command: process.execPath, args: [briefly] });
    const window = await terminal.connect(version, { thresholds: { talker: 7 } });
    const port = await until("the window's door", async () => (await stateOf(window)).otlp?.port);
    const cli = terminal.cli("listen", "--json");
    await cli.says(/Ctrl\+C/);
    await window.rpc.sendRequest(StartAgent, { agent: "brief" }); // Trusted still.
    const { latency } = await agentThat(window, "brief", (a) => a.latency.some((l) => l.session.count === 5));
    assert.equal(latency.find(({ queryType }) => queryType === "talker")?.threshold, 7);
    assert.equal((await stateOf(window)).otlp?.port, port);
    const { agents } = JSON.parse((await end(cli)).stdout);
    assert.deepEqual([agents.length, agents[0].queryTypes.talker.count], [1, 5]);
  });

  it("does not stop what a window left running", async () => {
    terminal.write("stays.cjs", "setInterval(() => {}, 1000);");
    terminal.config({ name: "stays", command: process.execPath, args: ["stays.cjs"] });
    const window = await terminal.connect(version, { keepAgents: true });
    await window.rpc.sendRequest(StartAgent, { agent: "stays" });
    const pid = (await agentThat(window, "stays", (a) => a.status === "running")).runs[0]?.pid ?? 0;
    try {
      process.kill(window.pid, "SIGTERM");
      await until("the window's collector has ended", () => !alive(window.pid));
      const cli = terminal.cli("listen", "--json");
      await cli.says(/Ctrl\+C/);
      await end(cli);
      await terminal.endCollector();
      assert.ok(alive(pid));
    } finally {
      process.kill(pid, "SIGKILL");
    }
  });
});
