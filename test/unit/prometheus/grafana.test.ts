import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { engineProgram } from "../../../scripts/engines.ts";
import { metrics } from "../../../src/model/metrics.ts";
import { Exposition } from "../../../src/record/export/prometheus/exposition.ts";
import { prometheusName } from "../../../src/record/export/prometheus/names.ts";
import { EVENT, RUN_END } from "../../../src/record/export/prometheus/remoteSeries.ts";
import { remoteWrite } from "../../../src/record/export/prometheus/remoteWrite.ts";
import { PromqlApi } from "../../../src/record/promql/api.ts";
import { type Engine, startEngine } from "../../support/engines.ts";
import { type Scripted, SECONDS, script } from "./scripted.ts";

const run = promisify(execFile);
const GRAFANA = join(import.meta.dirname, "..", "..", "..", "docs", "grafana");
const RULES = join(GRAFANA, "alert-rules.yml");

interface Panel {
  id: number;
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
}
interface Dashboard {
  panels: Panel[];
  annotations: { list: { expr: string }[] };
  templating: { list: { name: string; definition?: string }[] };
}

const dashboard = JSON.parse(readFileSync(join(GRAFANA, "agent-vitals-dashboard.json"), "utf8")) as Dashboard;
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

/** As Grafana puts them in with all chosen. */
function filledIn(expression: string): string {
  return expression.replaceAll("$__rate_interval", "1m").replace(/\$(host|agent|run|query_type)/g, ".*");
}

/** All names that we tell. */
function told(): Set<string> {
  const counters = new Exposition({}, () => 1000);
  counters.run({ id: "r", agent: "a", number: 1, pid: 1, start: 1 });
  const response = { queryType: "talker", start: 1, duration: 1, timeToFirstToken: 1, outcome: "ok" as const };
  counters.response("a", response, 1);
  const scraped = [...counters.text().matchAll(/^(\w+)\{/gm)].map(([, name = ""]) => name);
  const gauges = Object.entries(metrics).map(([metric, { unit }]) => prometheusName(metric, unit));
  return new Set([...scraped, ...gauges, EVENT, RUN_END]);
}

const namesIn = (text: string) => text.match(/\b(?:agent_vitals|process|v8js|nodejs|system|hw)_\w+/g) ?? [];
const LABELS = /^(?:system_device|hw_name|hw_id)$/;

describe("the Grafana dashboard", () => {
  it("has panels that lie side by side, each with an id of its own", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(x < 24 && !taken.has(`${x} ${y}`), title);
          taken.add(`${x} ${y}`);
        }
  });

  it("asks for nothing that we don't tell, as do the alert rules", () => {
    const known = told();
    const variables = dashboard.templating.list.map(({ definition = "" }) => definition);
    const asked = [...expressions, ...variables, readFileSync(RULES, "utf8")].flatMap(namesIn);
    assert.ok(asked.length > 50);
    for (const name of asked) assert.ok(known.has(name) || LABELS.test(name), name);
  });

  for (const name of ["prometheus", "victoria-metrics"] as const) {
    describe(`on ${name}`, function () {
      this.timeout(120_000);
      let engine: Engine;
      let scripted: Scripted;
      let folder: string;
      before(async () => {
        folder = mkdtempSync(join(tmpdir(), "grafana-"));
        engine = await startEngine(name);
        scripted = script(Math.floor(Date.now() / 60_000) * 60 - SECONDS - 300);
        const write = remoteWrite({
          endpoint: { url: engine.writeUrl, headers: {} },
          labels: { host: "desk", workspace: "/w" },
          queueFolder: folder,
          now: scripted.now,
          log: () => {},
        });
        await scripted.tell(write, (second) => {
          if (second % 5 === 4) write.flush();
        });
        await write.close();
        assert.equal(write.state().queued, 0);
        await engine.settle();
      });
      after(async () => {
        await engine.remove();
        rmSync(folder, { recursive: true, force: true });
      });

      it("is answered in every panel, and shows what was told", async () => {
        const api = new PromqlApi({ url: engine.url, headers: {} });
        const scriptedNames =
          /agent_vitals_re|time_to_first|process_memory|agent_vitals_process_sockets|system_cpu|hw_gpu_util|event_time/;
        let shown = 0;
        for (const expression of expressions) {
          const answers = await api.queryRange(filledIn(expression), scripted.start, scripted.start + SECONDS, 15);
          if (!namesIn(expression).every((one) => scriptedNames.test(one) || LABELS.test(one))) continue;
          shown++;
          assert.ok(
            answers.some(({ values }) => values.some(([, value]) => Number.isFinite(value))),
            `nothing is shown by ${expression}`,
          );
        }
        assert.ok(shown >= 9, String(shown));
      });
    });
  }
});

describe("the alert rules", function () {
  this.timeout(60_000);

  it("fire when something goes wrong, and are quiet while all is well", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rules-"));
    try {
      copyFileSync(RULES, join(folder, "alert-rules.yml"));
      copyFileSync(
        join(import.meta.dirname, "..", "..", "fixtures", "alert-rules.test.yml"),
        join(folder, "alert-rules.test.yml"),
      );
      const { stdout } = await run(await engineProgram("promtool"), ["test", "rules", "alert-rules.test.yml"], {
        cwd: folder,
      });
      assert.match(stdout, /SUCCESS/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("what a scrape is told", function () {
  this.timeout(60_000);

  it("is as Prometheus' own checker wants it", async () => {
    const scripted = script(1_795_000_020);
    const exposition = new Exposition({ host: "desk", workspace: "/w" }, scripted.now);
    const sink = {
      readings: exposition.readings.bind(exposition),
      response: (agent: string, response: Parameters<Exposition["response"]>[1]) =>
        exposition.response(agent, response, 1),
      retract: () => {},
      summary: exposition.summary.bind(exposition),
      run: exposition.run.bind(exposition),
      event: () => {},
    };
    await scripted.tell(sink, () => {});
    const child = spawn(await engineProgram("promtool"), ["check", "metrics"], { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        said += data;
      });
    child.stdin.end(exposition.text());
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.deepEqual([code, said], [0, ""]);
  });
});
