import { readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import * as vscode from "vscode";
import type { Addresses } from "../collector/addresses.ts";
import { agentEnvironment, clientEnvironment } from "../collector/environment.ts";
import type { CollectorLink } from "./collectorLink.ts";
import { otlpEnvironment, terminalEnvironment } from "./settings.ts";

/** Debug types whose programs may hold one of our clients and whose configurations take `env`. */
const debugTypes = ["node", "pwa-node", "node-terminal", "python", "debugpy", "extensionHost", "pwa-extensionHost"];

/** Settings that change what terminals are given. */
const changed = ["agentVitals.terminalEnvironment", "agentVitals.otlp", "terminal.integrated.env"];

/**
 * Gives terminals, shell tasks and debug sessions the variables by which a client finds the collector, and wakes the
 * collector when one of them is opened: then there is something to watch.
 */
export class ClientEnvironment implements vscode.Disposable {
  readonly #collection: vscode.EnvironmentVariableCollection;
  readonly #addresses: Addresses;
  readonly #commands: string;
  #variables: Record<string, string>;
  readonly #link: CollectorLink;
  readonly #subscriptions: vscode.Disposable[];

  /** @param commands folder of the command line's programs */
  constructor(
    collection: vscode.EnvironmentVariableCollection,
    addresses: Addresses,
    link: CollectorLink,
    commands: string,
  ) {
    this.#collection = collection;
    this.#commands = commands;
    this.#addresses = addresses;
    // At once, for the first terminal; the OTLP port takes a moment to find.
    this.#variables = clientEnvironment(addresses);
    this.#link = link;
    this.#apply();
    void this.#update();
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (changed.some((name) => change.affectsConfiguration(name))) void this.#update();
      }),
      vscode.window.onDidOpenTerminal((terminal) => {
        if (!("pty" in terminal.creationOptions)) this.#wake();
      }),
      vscode.debug.onDidStartDebugSession(() => this.#wake()),
      ...debugTypes.map((type) =>
        vscode.debug.registerDebugConfigurationProvider(type, {
          resolveDebugConfiguration: (folder, configuration) => this.#resolve(folder, configuration),
        }),
      ),
    ];
    if (vscode.window.terminals.some((terminal) => !("pty" in terminal.creationOptions))) this.#wake();
  }

  /** Puts the variables into the clipboard, as lines for the shell of this machine. */
  async copy(): Promise<void> {
    const lines = Object.entries(this.#variables).map(([name, value]) =>
      process.platform === "win32" ? `$env:${name} = '${value}'` : `export ${name}='${value}'`,
    );
    await vscode.env.clipboard.writeText(`${lines.join("\n")}\n`);
    this.#link.wake();
    void vscode.window.setStatusBarMessage(
      `$(copy) ${process.platform === "win32" ? "PowerShell" : "Shell"} lines copied: paste them into the terminal of your agent.`,
      8000,
    );
  }

  /** Never over an endpoint that VS Code's own environment, or the setting for its terminals, names. */
  async #update(): Promise<void> {
    const platform = process.platform === "win32" ? "windows" : process.platform === "darwin" ? "osx" : "linux";
    const terminals = vscode.workspace
      .getConfiguration("terminal.integrated.env")
      .get<Record<string, string>>(platform);
    // A program that reads the folder's .env keeps what it finds in its environment: ours would win over the file's.
    const files = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => join(uri.fsPath, ".env"));
    this.#variables = await this.#for({ ...process.env, ...terminals }, files);
    this.#apply();
  }

  /** @param files env files whose variables the program will have too */
  async #for(
    env: Record<string, string | null | undefined>,
    files: readonly string[],
  ): Promise<Record<string, string>> {
    const own = (await Promise.all(files.map(namesEndpoint))).includes(true);
    return agentEnvironment(this.#addresses, { otlp: otlpEnvironment() && !own, env });
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #apply(): void {
    this.#collection.clear();
    if (!terminalEnvironment()) return;
    this.#collection.persistent = true;
    this.#collection.description = "Lets an agent's client find Agent Vitals";
    for (const [name, value] of Object.entries(this.#variables)) this.#collection.replace(name, value);
    this.#collection.append("PATH", `${delimiter}${this.#commands}`);
  }

  #wake(): void {
    if (terminalEnvironment()) this.#link.wake();
  }

  /** A debuggee in the internal console inherits no terminal: it gets the variables here, never over its own. */
  async #resolve(
    workspace: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration> {
    if (terminalEnvironment() && configuration.type && configuration.request !== "attach") {
      const folder = workspace?.uri.fsPath ?? "";
      const named = [configuration.envFile ?? []].flat().filter((file) => typeof file === "string");
      const files = [...named, ".env"].map((file) => resolve(folder, file.replace(/\$\{workspaceFolder\}/g, folder)));
      const ours = await this.#for({ ...process.env, ...configuration.env }, files);
      configuration.env = { ...ours, ...configuration.env };
    }
    return configuration;
  }
}

/** True when an env file sends OpenTelemetry data somewhere. */
async function namesEndpoint(file: string): Promise<boolean> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^\s*(export\s+)?OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT\s*=\s*\S/m.test(text);
}
