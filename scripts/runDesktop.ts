import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { buildTests } from "./buildTests.ts";
import { cacheFolder } from "./cacheFolder.ts";
import { copyWorkspace, makeSandbox } from "./sandbox.ts";
import { listenForResults } from "./testResults.ts";

const ROOT = dirname(import.meta.dirname);

/** Downloads desktop VS Code into the cache, once per version; offline the error says what else can be run. */
async function fetchDesktop(): Promise<string> {
  const cachePath = join(cacheFolder(), "vscode-desktop");
  return downloadAndUnzipVSCode({ version: "stable", cachePath }).catch((error: unknown) => {
    const advice = 'Where it can\'t be downloaded, "npm test" runs the same tests in the VS Code server.';
    throw new Error(`Desktop VS Code could not be downloaded into ${cachePath}. ${advice}`, { cause: error });
  });
}

const { values } = parseArgs({ options: { grep: { type: "string" } } });
try {
  const vscodeExecutablePath = await fetchDesktop();
  const extensionTestsPath = await buildTests(ROOT);
  const sandbox = await makeSandbox();
  const workspace = await copyWorkspace(sandbox, join(ROOT, "test", "fixtures", "workspaces", "main"));
  const results = await listenForResults(values.grep);
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: ROOT,
      extensionTestsPath,
      extensionTestsEnv: { ...sandbox.env, ...results.env },
      launchArgs: [workspace, "--user-data-dir", sandbox.dataFolder, "--disable-workspace-trust"],
    }).catch(() => {}); // its exit code says less than the counts
    results.close();
    const { passed, failed } = await results.finished;
    console.log(`inside desktop VS Code: ${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  } finally {
    results.close();
    await sandbox.remove();
  }
} catch (error) {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? `${message} (${cause.message})` : message);
  process.exitCode = 1;
}
