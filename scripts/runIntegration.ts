import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { buildTests } from "./buildTests.ts";
import { launchChromium } from "./chromium.ts";
import { copyWorkspace, makeSandbox } from "./sandbox.ts";
import { listenForResults, type StageCounts } from "./testResults.ts";
import { startServer } from "./vscodeServer.ts";

const ROOT = dirname(import.meta.dirname);
const RESULTS = join(ROOT, "test-results");
const START_TIMEOUT_MS = 90_000;
const RUN_TIMEOUT_MS = 15 * 60_000;

/** Runs test/integration inside the VS Code server's extension host, with the window in a browser. */
async function runIntegration(grep: string | undefined): Promise<StageCounts> {
  await using ending = new AsyncDisposableStack();
  const sandbox = await makeSandbox();
  ending.defer(() => sandbox.remove());
  const workspace = await copyWorkspace(sandbox, join(ROOT, "test", "fixtures", "workspaces", "main"));
  const payload = { extensionDevelopmentPath: ROOT, extensionTestsPath: await buildTests(ROOT) };
  let page: Page | undefined;
  const photographs: Promise<void>[] = [];
  const results = await listenForResults(grep, (title) => photographs.push(photograph(page, `failed ${title}`)));
  ending.defer(() => results.close());
  const server = await startServer({ dataFolder: sandbox.dataFolder, env: { ...sandbox.env, ...results.env } });
  ending.defer(() => server.stop());
  const browser = await launchChromium();
  ending.defer(() => browser.close());
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const consoleLines: string[] = [];
  page.on("console", (message) => consoleLines.push(...message.text().split("\n")));
  try {
    await page.goto(server.address(workspace, payload));
    await within(START_TIMEOUT_MS, results.started, "The tests did not start");
    const counts = await within(RUN_TIMEOUT_MS, results.finished, "The tests did not end");
    await Promise.all(photographs);
    return counts;
  } catch (error) {
    await photograph(page, "integration");
    await keepLog([...server.output(), "--- browser console", ...consoleLines]);
    throw error;
  }
}

async function photograph(page: Page | undefined, name: string): Promise<void> {
  const path = join(RESULTS, `${name.replace(/[^\w.-]+/g, "-")}.png`);
  await page?.screenshot({ path }).catch((error: Error) => console.error(`No screenshot ${path}: ${error.message}`));
}

async function keepLog(lines: string[]): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, "integration.log"), lines.join("\n"));
  console.error(`${lines.filter(isTelling).slice(-40).join("\n")}\nAll of it: ${RESULTS}/integration.log and .png`);
}

/** Leaves out stack traces and what this VS Code always says, because it runs without its native log library. */
function isTelling(line: string): boolean {
  return line.trim() !== "" && !/^\s+at |^%c INFO|spdlog|bindings|watchdog|File not found|^ +['\]}→t]/.test(line);
}

async function within<T>(limit: number, work: Promise<T>, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} within ${limit / 1000} s.`)), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const { values } = parseArgs({ options: { grep: { type: "string" }, output: { type: "string" } } });
try {
  const counts = await runIntegration(values.grep);
  if (values.output) await writeFile(values.output, JSON.stringify(counts));
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
