import * as vscode from "vscode";
import type { Addresses } from "../collector/addresses.ts";
import { clientEnvironment } from "../collector/addresses.ts";
import type { CollectorLink } from "./collectorLink.ts";
import { terminalEnvironment } from "./settings.ts";

/** Debug types whose programs may hold one of our clients and whose configurations take `env`. */
const debugTypes = ["node", "pwa-node", "node-terminal", "python", "debugpy", "extensionHost", "pwa-extensionHost"];

/**
 * Gives terminals, shell tasks and debug sessions the variables by which a client finds the collector, and wakes the
 * collector when one of them is opened: then there is something to watch.
 */
export class ClientEnvironment implements vscode.Disposable {
  readonly #collection: vscode.EnvironmentVariableCollection;
  readonly #variables: Record<string, string>;
  readonly #link: CollectorLink;
  readonly #subscriptions: vscode.Disposable[];

  constructor(collection: vscode.EnvironmentVariableCollection, addresses: Addresses, link: CollectorLink) {
    this.#collection = collection;
    this.#variables = clientEnvironment(addresses);
    this.#link = link;
    this.#apply();
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("agentVitals.terminalEnvironment")) this.#apply();
      }),
      vscode.window.onDidOpenTerminal((terminal) => {
        if (!("pty" in terminal.creationOptions)) this.#wake();
      }),
      vscode.debug.onDidStartDebugSession(() => this.#wake()),
      ...debugTypes.map((type) =>
        vscode.debug.registerDebugConfigurationProvider(type, {
          resolveDebugConfiguration: (_folder, configuration) => this.#resolve(configuration),
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

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #apply(): void {
    this.#collection.clear();
    if (!terminalEnvironment()) return;
    this.#collection.persistent = true;
    this.#collection.description = "Lets an agent's client find Agent Vitals";
    for (const [name, value] of Object.entries(this.#variables)) this.#collection.replace(name, value);
  }

  #wake(): void {
    if (terminalEnvironment()) this.#link.wake();
  }

  /** A debuggee in the internal console inherits no terminal: it gets the variables here, never over its own. */
  #resolve(configuration: vscode.DebugConfiguration): vscode.DebugConfiguration {
    if (terminalEnvironment() && configuration.type && configuration.request !== "attach") {
      configuration.env = { ...this.#variables, ...configuration.env };
    }
    return configuration;
  }
}
