import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { buildTests } from "./buildTests.ts";
import { launchChromium } from "./chromium.ts";
import { makeSandbox, type Sandbox } from "./sandbox.ts";
import { type Counts, listenForResults } from "./testResults.ts";
import { type Server, startServer } from "./vscodeServer.ts";

const ROOT = dirname(import.meta.dirname);
const START_TIMEOUT_MS = 90_000;
const RUN_TIMEOUT_MS = 10 * 60_000;

/** Runs test/integration inside the VS Code server's extension host and returns the counts. */
async function runIntegration(extension: string, grep: string | undefined): Promise<Counts> {
  const tests = await buildTests(ROOT);
  const sandbox = await makeSandbox(join(ROOT, "test", "fixtures", "workspaces", "main"));
  const results = await listenForResults(grep);
  let server: Server | undefined;
  try {
    server = await startServer({ dataFolder: sandbox.dataFolder, env: { ...sandbox.env, ...results.env } });
    return await inBrowser(server, sandbox, { extensionDevelopmentPath: extension, extensionTestsPath: tests }, () =>
      within(START_TIMEOUT_MS, results.started, "The tests did not start").then(() =>
        within(RUN_TIMEOUT_MS, results.finished, "The tests did not end"),
      ),
    );
  } finally {
    results.close();
    await server?.stop();
    await sandbox.remove();
  }
}

async function inBrowser<T>(server: Server, sandbox: Sandbox, payload: Record<string, string>, wait: () => Promise<T>) {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const consoleLines: string[] = [];
    page.on("console", (message) => consoleLines.push(...message.text().split("\n")));
    try {
      await page.goto(server.address(sandbox.workspace, payload));
      return await wait();
    } catch (error) {
      await keepEvidence(page, [...server.output(), "--- browser console", ...consoleLines]);
      throw error;
    }
  } finally {
    await browser.close();
  }
}

async function keepEvidence(page: Page, lines: string[]): Promise<void> {
  const folder = join(ROOT, "test-results");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "integration.log"), lines.join("\n"));
  await page.screenshot({ path: join(folder, "integration.png") }).catch(() => {});
  console.error(`${lines.filter(isTelling).slice(-40).join("\n")}\nAll of it: ${folder}/integration.log and .png`);
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

const { values } = parseArgs({
  options: { grep: { type: "string" }, extension: { type: "string" }, output: { type: "string" } },
});
try {
  const counts = await runIntegration(values.extension ?? ROOT, values.grep);
  if (values.output) await writeFile(values.output, JSON.stringify(counts));
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
