// How long the extension takes to load and activate in a real VS Code, beside an extension that does nothing, in turns.
// Both are copies whose activation waits to be asked for, so that it can be timed.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { launchChromium } from "../scripts/chromium.ts";
import { makeSandbox } from "../scripts/sandbox.ts";
import { startServer } from "../scripts/vscodeServer.ts";
import { until } from "../test/support/until.ts";
import { interleave, spread } from "./support/stats.ts";
import { figure, machine, printTable } from "./support/table.ts";

const WINDOWS = 5;
const ROOT = dirname(import.meta.dirname);
console.log(`Opens ${2 * (WINDOWS + 1)} windows, two of them to warm up: takes about 3 minutes. ${machine()}\n`);

await using ending = new AsyncDisposableStack();
const sandbox = await makeSandbox();
ending.defer(() => sandbox.remove());
const at = (name: string) => join(sandbox.folder, name);

await cp(join(ROOT, "dist"), at("ours/dist"), { recursive: true, filter: (path) => !path.endsWith(".map") });
const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as object;
await writeFile(at("ours/package.json"), JSON.stringify({ ...manifest, activationEvents: [] }));
await mkdir(at("peer"));
const peer = { name: "peer", publisher: "bench", version: "1.0.0", engines: { vscode: "^1.101.0" }, main: "./main.js" };
await writeFile(at("peer/package.json"), JSON.stringify({ ...peer, activationEvents: [] }));
await writeFile(at("peer/main.js"), "exports.activate = () => {};\n");
await mkdir(at("folder"));
await build({
  entryPoints: [join(import.meta.dirname, "support", "activationProbe.ts")],
  outfile: at("probe.cjs"),
  bundle: true,
  platform: "node",
  format: "cjs",
  external: ["vscode"],
});

const result = at("result.json");
const env = { ...sandbox.env, AGENT_VITALS_BENCH_RESULT: result };
const server = await startServer({ dataFolder: sandbox.dataFolder, env });
ending.defer(() => server.stop());
/** One window in which the extension under this name is timed; milliseconds. */
async function window(name: "ours" | "peer"): Promise<number> {
  await writeFile(result, "");
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const paths = { extensionDevelopmentPath: at(name), extensionTestsPath: at("probe.cjs") };
    await page.goto(server.address(at("folder"), paths));
    return Number(await until("the window's figure", async () => (await readFile(result, "utf8")) || undefined, 60));
  } finally {
    await browser.close();
  }
}

const times = await interleave(
  { "Agent Vitals": () => window("ours"), "an extension that does nothing": () => window("peer") },
  { rounds: WINDOWS, warmUp: 1 },
);
const rows = Object.entries(times).map(([name, list]) => [name, figure(spread(list), 1)]);
printTable(["extension", "load and activate, ms"], rows);
const { median } = spread(times["Agent Vitals"] ?? []);
console.log(`\nTarget: under 100 ms: ${median < 100 ? "met" : "missed"}.`);
if (!(median < 100)) process.exitCode = 1;
