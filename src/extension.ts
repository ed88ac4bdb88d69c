import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { type Addresses, NO_WORKSPACE, workspaceAddresses } from "./collector/addresses.ts";
import { watchConfig } from "./collector/config/watchConfig.ts";
import { registerUsagePage } from "./editor/addClient.ts";
import { AgentsTree } from "./editor/agentsTree.ts";
import { startNamedAgents } from "./editor/autoStart.ts";
import { CollectorLink } from "./editor/collectorLink.ts";
import { registerCommands } from "./editor/commands.ts";
import { ConfigProblems } from "./editor/configProblems.ts";
import { Dashboard } from "./editor/dashboardPanel.ts";
import { watchDebugSessions } from "./editor/debugSessions.ts";
import { ClientEnvironment } from "./editor/environment.ts";
import { HeapEditor } from "./editor/heap/heapEditor.ts";
import { LeakFixes } from "./editor/leaks/leakFixes.ts";
import { LeakNotices } from "./editor/leaks/leakNotices.ts";
import { LeakProblems } from "./editor/leaks/leakProblems.ts";
import { Pin } from "./editor/pin.ts";
import { RunTerminals } from "./editor/runTerminal.ts";
import { autoStart, collectorSettings, workspacePath } from "./editor/settings.ts";
import { StatusBar } from "./editor/statusBar.ts";
import type { StatusText } from "./editor/statusText.ts";
import { againstBaseline } from "./editor/suites/runSuite.ts";
import { SuiteFiles } from "./editor/suites/suiteFiles.ts";
import { SuiteLenses } from "./editor/suites/suiteLenses.ts";
import { SuiteProblems } from "./editor/suites/suiteProblems.ts";
import { SuiteProgram } from "./editor/suites/suiteProgram.ts";
import { SuiteReport } from "./editor/suites/suiteReport.ts";
import { SuiteRuns } from "./editor/suites/suiteRuns.ts";
import { SuiteTests } from "./editor/suites/suiteTests.ts";
import { CONFIG_PATH } from "./model/config.ts";
import type { CollectorStatus } from "./model/dashboard.ts";
import type { WorkspaceState } from "./model/state.ts";

/** What other extensions, and our integration tests, may read. */
export interface AgentVitalsApi {
  /** The agents' state as the collector last told it. */
  state(): WorkspaceState | undefined;
  collector(): CollectorStatus;
  /** What the status item says. */
  status(): StatusText;
}

/** Builds the object graph and nothing else. */
export function activate(context: vscode.ExtensionContext): AgentVitalsApi {
  const log = vscode.window.createOutputChannel("Agent Vitals", { log: true });
  const addresses = findAddresses(log);
  const link = new CollectorLink({
    addresses,
    program: context.asAbsolutePath(join("dist", "collector.js")),
    version: String(context.extension.packageJSON.version),
    settings: collectorSettings,
    log,
  });
  const pin = new Pin(context.workspaceState);
  const leakProblems = new LeakProblems(link, context.workspaceState);
  const dashboard = new Dashboard(link, pin, leakProblems, context.extensionUri);
  const terminals = new RunTerminals(link);
  const environment = new ClientEnvironment(
    context.environmentVariableCollection,
    addresses,
    link,
    context.asAbsolutePath(join("dist", "bin")),
  );
  const statusBar = new StatusBar(link, pin);
  const suites = buildSuites(context, link, log);
  const commands = registerCommands({
    link,
    pin,
    dashboard,
    terminals,
    environment,
    leakProblems,
    suites: suites.parts,
    log,
    extensionUri: context.extensionUri,
    memory: context.globalState,
  });
  const configure = () => {
    unwatch();
    unwatch = watchConfig(collectorSettings().folders, () => wakeForConfig(link));
    wakeForConfig(link);
    link.configure().catch((error: unknown) => log.error(String(error)));
  };
  let unwatch = watchConfig(collectorSettings().folders, () => wakeForConfig(link));
  context.subscriptions.push(
    log,
    link,
    pin,
    statusBar,
    new AgentsTree(link, pin),
    new ConfigProblems(link),
    leakProblems,
    new LeakFixes(leakProblems, context.extensionUri),
    new LeakNotices(link, dashboard, context.workspaceState),
    registerUsagePage(),
    dashboard,
    new HeapEditor(link, context.extensionUri),
    ...suites.disposables,
    terminals,
    environment,
    commands,
    watchDebugSessions(link, log),
    new vscode.Disposable(() => unwatch()),
    vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("agentVitals") && configure()),
    vscode.workspace.onDidChangeWorkspaceFolders(configure),
    vscode.workspace.onDidGrantWorkspaceTrust(configure),
  );
  wakeForConfig(link);
  if (autoStart()) context.subscriptions.push(startNamedAgents(link, terminals, log));
  return { state: () => link.state, collector: () => link.status, status: () => statusBar.said };
}

/** Performance suites: what is wrong in them, and running them. */
function buildSuites(context: vscode.ExtensionContext, link: CollectorLink, log: vscode.LogOutputChannel) {
  const program = new SuiteProgram(context.asAbsolutePath(join("dist", "cli.js")), workspacePath);
  const files = new SuiteFiles(program, log);
  const reports = join((context.storageUri ?? context.globalStorageUri).fsPath, "suites");
  const runs = new SuiteRuns(program, files, reports, log);
  const parts = { program, files, runs, link };
  const tests = new SuiteTests(files, runs, (file) => againstBaseline(parts, { file }));
  const shown = [new SuiteProblems(files, runs), tests, new SuiteLenses(files), new SuiteReport()];
  return { parts, disposables: [files, runs, ...shown] };
}

/** Without a folder for its sockets the extension can't work: that is told at once, with what to do. */
function findAddresses(log: vscode.LogOutputChannel): Addresses {
  try {
    return workspaceAddresses(workspacePath() ?? NO_WORKSPACE);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.error(message);
    void vscode.window.showErrorMessage(`Agent Vitals can't start: ${message}`);
    throw error;
  }
}

/** A config file is something to watch. */
function wakeForConfig(link: CollectorLink): void {
  if (collectorSettings().folders.some((folder) => existsSync(join(folder, CONFIG_PATH)))) link.wake();
}
