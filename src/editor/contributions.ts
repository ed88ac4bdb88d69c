/**
 * The one source of what the extension contributes: commands, settings, menus, views. `package.json` is generated
 * from it (`npm run generate`); code refers to the ids below, never to strings of its own.
 */

import { settings } from "./contributedSettings.ts";

const category = "Agent Vitals";

export const commands = {
  openDashboard: { command: "agentVitals.openDashboard", title: "Open Dashboard", icon: "$(pulse)" },
  startAgent: { command: "agentVitals.startAgent", title: "Start Agent", icon: "$(play)" },
  stopAgent: { command: "agentVitals.stopAgent", title: "Stop Agent", icon: "$(debug-stop)" },
  restartAgent: { command: "agentVitals.restartAgent", title: "Restart Agent", icon: "$(debug-restart)" },
  cleanUpAgent: { command: "agentVitals.cleanUpAgent", title: "Ask Agent to Clean Up", icon: "$(clear-all)" },
  pinAgent: { command: "agentVitals.pinAgent", title: "Pin Agent", icon: "$(pin)" },
  unpinAgent: { command: "agentVitals.unpinAgent", title: "Unpin Agent", icon: "$(pinned)" },
  attach: { command: "agentVitals.attachToProcess", title: "Attach to Process…", icon: "$(plug)" },
  inspect: { command: "agentVitals.attachInspector", title: "Attach Inspector", icon: "$(debug-alt)" },
  growingLines: {
    command: "agentVitals.findGrowingLines",
    title: "Find Growing Lines of a Python Agent",
    icon: "$(graph-line)",
  },
  detach: { command: "agentVitals.detachAgent", title: "Detach from Process", icon: "$(debug-disconnect)" },
  showTerminal: { command: "agentVitals.showTerminal", title: "Show Agent's Terminal", icon: "$(terminal)" },
  openKept: { command: "agentVitals.openKeptFile", title: "Open File of a Run", icon: "$(go-to-file)" },
  addClient: { command: "agentVitals.addClient", title: "Add Client to This Project", icon: "$(file-add)" },
  copyEnvironment: {
    command: "agentVitals.copyEnvironment",
    title: "Copy Environment for an External Terminal",
    icon: "$(copy)",
  },
  openConfig: { command: "agentVitals.openConfig", title: "Open Agents Configuration", icon: "$(gear)" },
  exportRecord: { command: "agentVitals.exportRecord", title: "Export Recorded Figures…", icon: "$(export)" },
  showRecord: { command: "agentVitals.showRecord", title: "Show What Is Recorded", icon: "$(database)" },
  deleteRecord: { command: "agentVitals.deleteRecord", title: "Delete Recorded Figures…", icon: "$(trash)" },
  measurePss: {
    command: "agentVitals.measurePss",
    title: "Measure Shared Memory of an Agent (PSS)",
    icon: "$(pie-chart)",
  },
  openPerformanceLog: {
    command: "agentVitals.openPerformanceLog",
    title: "Open Performance Log",
    icon: "$(output)",
  },
  takeHeapSnapshot: {
    command: "agentVitals.takeHeapSnapshot",
    title: "Take Heap Snapshot",
    icon: "$(device-camera)",
  },
  huntForLeaks: {
    command: "agentVitals.huntForLeaks",
    title: "Hunt for Leaks",
    icon: "$(search)",
  },
  collectGarbage: {
    command: "agentVitals.collectGarbage",
    title: "Collect Garbage Now",
    icon: "$(recycle)",
  },
  heapSummary: { command: "agentVitals.heapSummary", title: "Heap Summary", icon: "$(graph)" },
  openHandles: { command: "agentVitals.openHandles", title: "Open Files and Sockets", icon: "$(files)" },
  showSilencedLeaks: {
    command: "agentVitals.showSilencedLeaks",
    title: "Show Silenced Leaks Again",
    icon: "$(bell)",
  },
  runSuite: { command: "agentVitals.runSuite", title: "Run Performance Suite", icon: "$(beaker)" },
  runSuiteNow: { command: "agentVitals.runSuiteNow", title: "Run This Performance Suite", icon: "$(play)" },
  compareSuite: {
    command: "agentVitals.compareSuite",
    title: "Compare Performance Suite With Baseline",
    icon: "$(git-compare)",
  },
  openSuiteReport: {
    command: "agentVitals.openSuiteReport",
    title: "Open Report of Performance Suite",
    icon: "$(graph)",
  },
  showLog: { command: "agentVitals.showLog", title: "Show Log", icon: "$(output)" },
} as const;

export const views = { agents: "agentVitals.agents" } as const;
export const viewTypes = {
  dashboard: "agentVitals.dashboard",
  heap: "agentVitals.heap",
  suiteReport: "agentVitals.suiteReport",
} as const;
/** Suites in the Testing view. */
export const suiteTests = "agentVitals.suites";
export const contextKeys = { hasAgents: "agentVitals.hasAgents", active: "agentVitals.active" } as const;
const configSchemaPath = "./media/agent-vitals.schema.json";
/** Of performance suites, generated from `src/suites/format/schema.ts`. */
const suiteSchemaPath = "./media/agent-vitals-suite.schema.json";

const agentItem = (state: string) => `view == ${views.agents} && viewItem =~ /^agent\\b.*\\b${state}\\b/`;
const inline = "inline";
const isSuite = "resourceScheme == file && resourceFilename =~ /\\.perf\\.(json|mjs|js|ts|mts)$/ && isWorkspaceTrusted";
const ofSuite = `controllerId == ${suiteTests}`;

/** `package.json`'s `contributes`. */
export const contributes = {
  commands: Object.values(commands).map((c) => ({ ...c, category })),
  configuration: { title: "Agent Vitals", properties: settings },
  jsonValidation: [
    { fileMatch: "/.vscode/agent-vitals.json", url: configSchemaPath },
    { fileMatch: "*.perf.json", url: suiteSchemaPath },
  ],
  languages: [{ id: "jsonc", filenamePatterns: ["**/.vscode/agent-vitals.json", "**/*.perf.json"] }],
  customEditors: [
    {
      viewType: viewTypes.heap,
      displayName: "Agent Vitals Heap View",
      selector: [{ filenamePattern: "*.heapsnapshot" }, { filenamePattern: "*.heapprofile" }],
      priority: "option",
    },
    {
      viewType: viewTypes.suiteReport,
      displayName: "Agent Vitals Suite Report",
      selector: [{ filenamePattern: "*.perf.html" }],
      priority: "default",
    },
  ],
  viewsContainers: { activitybar: [{ id: "agentVitals", title: "Agent Vitals", icon: "media/activity.svg" }] },
  views: {
    agentVitals: [{ id: views.agents, name: "Agents", icon: "media/activity.svg", contextualTitle: "Agent Vitals" }],
  },
  viewsWelcome: [
    {
      view: views.agents,
      contents: [
        "No agent is running, and this workspace names none.",
        `[Name One in .vscode/agent-vitals.json](command:${commands.openConfig.command})`,
        `[Attach to Process…](command:${commands.attach.command})`,
        "An agent that uses our client shows up by itself when it is started in a terminal here or with F5.",
        `[Add Client to This Project](command:${commands.addClient.command})`,
      ].join("\n"),
    },
  ],
  menus: {
    "view/title": [
      { command: commands.openDashboard.command, when: `view == ${views.agents}`, group: "navigation@1" },
      { command: commands.attach.command, when: `view == ${views.agents}`, group: "navigation@2" },
      { command: commands.openConfig.command, when: `view == ${views.agents}`, group: "1_config@1" },
      { command: commands.addClient.command, when: `view == ${views.agents}`, group: "1_config@2" },
      { command: commands.copyEnvironment.command, when: `view == ${views.agents}`, group: "1_config@3" },
      { command: commands.showLog.command, when: `view == ${views.agents}`, group: "2_log@1" },
    ],
    "view/item/context": [
      { command: commands.startAgent.command, when: agentItem("startable"), group: inline },
      { command: commands.restartAgent.command, when: agentItem("restartable"), group: `${inline}@1` },
      { command: commands.stopAgent.command, when: agentItem("stoppable"), group: `${inline}@2` },
      {
        command: commands.openDashboard.command,
        when: `view == ${views.agents} && viewItem =~ /^agent\\b/`,
        group: "1_show@1",
      },
      { command: commands.showTerminal.command, when: agentItem("terminal"), group: "1_show@2" },
      { command: commands.startAgent.command, when: agentItem("startable"), group: "2_run@1" },
      { command: commands.restartAgent.command, when: agentItem("restartable"), group: "2_run@2" },
      { command: commands.stopAgent.command, when: agentItem("stoppable"), group: "2_run@3" },
      { command: commands.cleanUpAgent.command, when: agentItem("connected"), group: "2_run@4" },
      { command: commands.inspect.command, when: agentItem("inspectable"), group: "2_run@5" },
      { command: commands.detach.command, when: agentItem("(attached|inspected)"), group: "2_run@6" },
      { command: commands.growingLines.command, when: agentItem("python"), group: "2_run@7" },
      { command: commands.takeHeapSnapshot.command, when: agentItem("node"), group: "2_run@8" },
      { command: commands.huntForLeaks.command, when: agentItem("(node|python)"), group: "2_run@9" },
      { command: commands.collectGarbage.command, when: agentItem("(node|python)"), group: "2_run@10" },
      { command: commands.heapSummary.command, when: agentItem("(node|python)"), group: "1_show@3" },
      { command: commands.openHandles.command, when: agentItem("stoppable"), group: "1_show@4" },
      { command: commands.measurePss.command, when: agentItem("stoppable"), group: "2_run@9" },
      {
        command: commands.exportRecord.command,
        when: `view == ${views.agents} && viewItem =~ /^agent\\b/`,
        group: "4_record@1",
      },
      {
        command: commands.deleteRecord.command,
        when: `view == ${views.agents} && viewItem =~ /^agent\\b/`,
        group: "4_record@2",
      },
      { command: commands.pinAgent.command, when: agentItem("unpinned"), group: "3_pin@1" },
      { command: commands.unpinAgent.command, when: agentItem("pinned"), group: "3_pin@1" },
    ],
    "editor/title/run": [
      { command: commands.runSuite.command, when: isSuite, group: "1_suite@1" },
      { command: commands.compareSuite.command, when: isSuite, group: "1_suite@2" },
    ],
    "explorer/context": [{ command: commands.runSuite.command, when: isSuite, group: "4_suite@1" }],
    "testing/item/context": [{ command: commands.openSuiteReport.command, when: ofSuite, group: "1_suite@1" }],
    commandPalette: [
      { command: commands.runSuiteNow.command, when: "false" },
      { command: commands.runSuite.command, when: "isWorkspaceTrusted" },
      { command: commands.compareSuite.command, when: "isWorkspaceTrusted" },
      { command: commands.openKept.command, when: "false" },
      { command: commands.unpinAgent.command, when: contextKeys.hasAgents },
      { command: commands.detach.command, when: contextKeys.hasAgents },
      { command: commands.inspect.command, when: contextKeys.hasAgents },
      { command: commands.growingLines.command, when: contextKeys.hasAgents },
      { command: commands.showTerminal.command, when: contextKeys.hasAgents },
      { command: commands.takeHeapSnapshot.command, when: contextKeys.hasAgents },
      { command: commands.huntForLeaks.command, when: contextKeys.hasAgents },
      { command: commands.collectGarbage.command, when: contextKeys.hasAgents },
      { command: commands.heapSummary.command, when: contextKeys.hasAgents },
      { command: commands.openHandles.command, when: contextKeys.hasAgents },
      { command: commands.measurePss.command, when: contextKeys.hasAgents },
      { command: commands.cleanUpAgent.command, when: contextKeys.hasAgents },
    ],
  },
};

/** `package.json`'s `activationEvents`: cheap, for the terminals' environment must stand before the first terminal opens. */
export const activationEvents = [
  "onStartupFinished",
  `onWebviewPanel:${viewTypes.dashboard}`,
  `onCustomEditor:${viewTypes.heap}`,
  `onCustomEditor:${viewTypes.suiteReport}`,
];
