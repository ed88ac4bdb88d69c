import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { workspaceAddresses } from "../src/collector/addresses.ts";
import { type CollectorConnection, connectCollector } from "../src/collector/client.ts";
import { Configure, StartAgent } from "../src/collector/protocol.ts";
import { onEnd } from "./endings.ts";
import { makeSandbox } from "./sandbox.ts";
import { startServer } from "./vscodeServer.ts";

const ROOT = dirname(import.meta.dirname);
const EXAMPLE = join(ROOT, "examples", "agent");

function build(): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, "esbuild.mjs")], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error("The extension could not be built; nothing was started.");
}

/** Serves VS Code with this extension under development and the example open, until Ctrl+C. */
async function serve(): Promise<void> {
  const { dataFolder, env, remove } = await makeSandbox();
  try {
    const server = await startServer({ dataFolder, env, settings: { "agentVitals.autoStart": true } });
    const collector = await startAgent(env);
    const address = server.address(EXAMPLE, { extensionDevelopmentPath: ROOT });
    console.log(`
VS Code is running, with Agent Vitals in it and examples/agent open, and the example's agent runs.
Drive turns from another terminal:  cd examples/agent && npm run load
Ctrl+C here ends everything. Open this address in a browser on this machine:

${address}`);
    let asked = false;
    onEnd(async () => {
      asked = true;
      const left = new Promise<void>((resolve) => collector.onClose(resolve));
      process.kill(collector.pid, "SIGTERM"); // Which stops the agent first.
      await left;
    });
    await server.ended;
    if (!asked) throw new Error(`The VS Code server ended by itself. It wrote:\n${server.output().join("\n")}`);
  } finally {
    await remove();
  }
}

/** Starts the example's agent as a window would, so that it runs before the page is opened. */
async function startAgent(env: Record<string, string>): Promise<CollectorConnection> {
  Object.assign(process.env, env); // The collector inherits it, and finds the server's addresses.
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const collector = await connectCollector({
    addresses: workspaceAddresses(EXAMPLE),
    program: join(ROOT, "dist", "collector.js"),
    client: { version, kind: "cli", pid: process.pid },
  });
  const settings = { samplingInterval: 1, thresholds: { talker: 2 }, keepAgents: false, trusted: true };
  await collector.rpc.sendRequest(Configure, { folders: [EXAMPLE], ...settings });
  await collector.rpc.sendRequest(StartAgent, { agent: "example-agent" });
  return collector;
}

/** Opens a window of the desktop VS Code on PATH; the window is then the user's own to close. */
async function openDesktop(): Promise<void> {
  const collector = await startAgent({});
  const args = ["--new-window", `--extensionDevelopmentPath=${ROOT}`, EXAMPLE];
  // On Windows `code` is a .cmd file, which only a shell can start.
  const { error, status } = spawnSync("code", args, { stdio: "inherit", shell: process.platform === "win32" });
  if (error || status !== 0) {
    collector.close();
    process.kill(collector.pid, "SIGTERM");
    const reason = error ? "No desktop VS Code was found on PATH" : `"code" ended with exit code ${status}`;
    const advice = `In VS Code run "Shell Command: Install 'code' command in PATH", or use "npm start" without --desktop.`;
    throw new Error(`${reason}. ${advice}`);
  }
  console.log("VS Code opens with Agent Vitals and examples/agent, whose agent runs. It stops with the window.");
  await sleep(30_000); // The collector stays until the window has found it.
  collector.close();
}

const { values } = parseArgs({ options: { desktop: { type: "boolean", default: false } } });
try {
  build();
  if (values.desktop) await openDesktop();
  else await serve();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
