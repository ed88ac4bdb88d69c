/**
 * The one source of what the extension contributes: commands, settings, menus, views. `package.json` is generated
 * from it (`npm run generate`); code refers to the ids below, never to strings of its own.
 */

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

/** Settings with their scope, default and one-line description. */
/** A setting of headers; scope machine, as a workspace's settings must not name who gets a token. */
function headers(whom: string, order: number) {
  return {
    type: "object",
    default: {},
    additionalProperties: { type: "string" },
    scope: "machine",
    order,
    markdownDescription: `Headers of ${whom}, e.g. \`{ "Authorization": "Bearer \${env:MY_TOKEN}" }\`; \`\${env:NAME}\` is an environment variable that VS Code was started with.`,
  } as const;
}

const settings = {
  "agentVitals.samplingInterval": {
    type: "number",
    default: 1,
    minimum: 0.2,
    maximum: 60,
    scope: "window",
    order: 1,
    markdownDescription: "Seconds between two readings of an agent's CPU and memory.",
  },
  "agentVitals.thresholds": {
    type: "object",
    default: { talker: 2 },
    additionalProperties: { type: "number", exclusiveMinimum: 0 },
    scope: "window",
    order: 2,
    markdownDescription:
      "Objectives for p95 in seconds by query type, for agents whose `thresholds` in `.vscode/agent-vitals.json` name none.",
  },
  "agentVitals.autoStart": {
    type: "boolean",
    default: false,
    scope: "window",
    order: 3,
    markdownDescription: "Start the agents named in `.vscode/agent-vitals.json` when the folder is opened.",
  },
  "agentVitals.keepAgents": {
    type: "boolean",
    default: false,
    scope: "window",
    order: 4,
    markdownDescription: "Keep launched agents running after the last window of the workspace was closed.",
  },
  "agentVitals.terminalEnvironment": {
    type: "boolean",
    default: true,
    scope: "window",
    order: 5,
    markdownDescription:
      "Give integrated terminals and debug sessions the variables by which an agent's client finds Agent Vitals.",
  },
  "agentVitals.attachToDebugSessions": {
    type: "boolean",
    default: true,
    scope: "window",
    order: 6,
    markdownDescription:
      "Watch the model calls of an agent that is debugged here, through the debugger's own connection.",
  },
  "agentVitals.otlp.enabled": {
    type: "boolean",
    default: true,
    scope: "window",
    order: 7,
    markdownDescription: "Take in OpenTelemetry traces, metrics and logs on a port of this machine.",
  },
  "agentVitals.otlp.environment": {
    type: "boolean",
    default: true,
    scope: "window",
    order: 8,
    markdownDescription:
      "Tell terminals and launched agents where to send OpenTelemetry data (`OTEL_EXPORTER_OTLP_ENDPOINT`), unless they have an endpoint of their own.",
  },
  "agentVitals.otlp.requireToken": {
    type: "boolean",
    default: true,
    scope: "window",
    order: 9,
    markdownDescription:
      "Refuse OpenTelemetry data without this workspace's token, which terminals here have and _Copy Environment for an External Terminal_ gives.",
  },
  "agentVitals.modelServerInterval": {
    type: "number",
    default: 5,
    minimum: 0,
    maximum: 3600,
    scope: "window",
    order: 10,
    markdownDescription:
      "Seconds between two looks at a model server (Ollama, llama.cpp, vLLM, LM Studio); 0 for none.",
  },
  "agentVitals.systemInterval": {
    type: "number",
    default: 1,
    minimum: 0,
    maximum: 3600,
    scope: "window",
    order: 11,
    markdownDescription: "Seconds between two readings of the machine's CPU, memory, disks and network; 0 for none.",
  },
  "agentVitals.gpuInterval": {
    type: "number",
    default: 1,
    minimum: 0,
    maximum: 3600,
    scope: "window",
    order: 12,
    markdownDescription: "Seconds between two readings of the GPUs; 0 for none.",
  },
  "agentVitals.heapSnapshot.askAbove": {
    type: "number",
    default: 100,
    minimum: 0,
    maximum: 65536,
    scope: "window",
    order: 13,
    markdownDescription:
      "Ask before a heap snapshot is taken of an agent whose heap in use has more MiB than this. The agent pauses for 0.05 to 0.14 s a MB: with 100 MiB for 5 to 15 s.",
  },
  "agentVitals.leaks.enabled": {
    type: "boolean",
    default: true,
    scope: "window",
    order: 14,
    markdownDescription: "Watch running agents for leaks, by what is sampled anyway.",
  },
  "agentVitals.leaks.window": {
    type: "number",
    default: 20,
    minimum: 1,
    maximum: 1440,
    scope: "window",
    order: 15,
    markdownDescription: "Minutes that are looked back on when an agent is judged: slower leaks want longer ones.",
  },
  "agentVitals.leaks.interval": {
    type: "number",
    default: 30,
    minimum: 1,
    maximum: 3600,
    scope: "window",
    order: 16,
    markdownDescription: "Seconds between two judgements of an agent; three in a row that agree are told.",
  },
  "agentVitals.leaks.evidence": {
    type: "number",
    default: 3.9,
    minimum: 2,
    maximum: 10,
    scope: "window",
    order: 17,
    markdownDescription:
      "Standard deviations of the trend's test from which growth is a leak: more are less sensitive.",
  },
  "agentVitals.leaks.leastGrowth": {
    type: "number",
    default: 2,
    minimum: 0.1,
    maximum: 100,
    scope: "window",
    order: 18,
    markdownDescription: "Growth over the window, in percent of the level, that is worth telling of.",
  },
  "agentVitals.leaks.autoHunt": {
    type: "string",
    enum: ["never", "withoutSnapshots", "always"],
    enumDescriptions: [
      "Only on request.",
      "Collects garbage some fifty times within two minutes, each a pause of at most 0.25 s.",
      "The same with three heap snapshots, where each pauses the agent for at most 5 s.",
    ],
    default: "withoutSnapshots",
    scope: "window",
    order: 19,
    markdownDescription:
      "Hunt for a leak, once a run, when an agent's heap surely grows while it is used. Only of an agent whose inspector is attached, never under a debugger.",
  },
  "agentVitals.noteOpenings": {
    type: "boolean",
    default: false,
    scope: "window",
    order: 19.5,
    markdownDescription:
      "Note where files and sockets are opened in Node agents whose inspector is attached, so that _Open Files and Sockets_ knows the line of what was opened since.",
  },
  "agentVitals.record.enabled": {
    type: "boolean",
    default: true,
    scope: "machine",
    order: 20,
    markdownDescription:
      "Keep figures of agents and machine in a database on this machine, for history. Prompts and answers are never kept.",
  },
  "agentVitals.record.maxSize": {
    type: "number",
    default: 512,
    minimum: 16,
    maximum: 65536,
    scope: "machine",
    order: 21,
    markdownDescription: "MiB that the database of all workspaces may take; the oldest and finest figures go first.",
  },
  "agentVitals.record.keep": {
    type: "object",
    default: { oneSecond: 24, tenSeconds: 7, minute: 30, tenMinutes: 365 },
    properties: {
      oneSecond: { type: "number", exclusiveMinimum: 0, description: "Hours for figures of each second." },
      tenSeconds: { type: "number", exclusiveMinimum: 0, description: "Days for figures of ten seconds." },
      minute: { type: "number", exclusiveMinimum: 0, description: "Days for figures of a minute." },
      tenMinutes: { type: "number", exclusiveMinimum: 0, description: "Days for figures of ten minutes." },
    },
    additionalProperties: false,
    scope: "machine",
    order: 22,
    markdownDescription: "How long figures are kept: of each second in hours, of longer stretches in days.",
  },
  "agentVitals.export.prometheus.port": {
    type: "integer",
    default: 0,
    minimum: 0,
    maximum: 65535,
    scope: "machine",
    order: 40,
    markdownDescription: "Port of this machine at which Prometheus can scrape `/metrics`; 0 for none.",
  },
  "agentVitals.export.prometheus.requireToken": {
    type: "boolean",
    default: true,
    scope: "machine",
    order: 41,
    markdownDescription: "Answer a scrape only when it shows the workspace's token (`Authorization: Bearer`).",
  },
  "agentVitals.export.remoteWrite.url": {
    type: "string",
    default: "",
    scope: "machine",
    order: 42,
    markdownDescription:
      "Address that takes Prometheus' remote write, e.g. `http://127.0.0.1:9090/api/v1/write`: figures are sent there each 5 s. Empty for none.",
  },
  "agentVitals.export.remoteWrite.headers": headers("remote write", 43),
  "agentVitals.export.otlp.endpoint": {
    type: "string",
    default: "",
    scope: "machine",
    order: 44,
    markdownDescription:
      "Base address of an OpenTelemetry receiver (OTLP over HTTP), e.g. `http://127.0.0.1:4318`: metrics are sent there each 10 s. Empty for none.",
  },
  "agentVitals.export.otlp.headers": headers("OTLP", 45),
  "agentVitals.export.otlp.spans": {
    type: "boolean",
    default: true,
    scope: "machine",
    order: 46,
    markdownDescription: "Send responses as spans beside the metrics. Prompts and answers are never sent.",
  },
  "agentVitals.history.url": {
    type: "string",
    default: "",
    scope: "machine",
    order: 47,
    markdownDescription:
      "Read the dashboard's history from an engine that speaks PromQL and gets our remote write, e.g. `http://127.0.0.1:9090`. Empty: from this machine's record.",
  },
  "agentVitals.history.headers": headers("questions about history", 48),
  "agentVitals.performanceLog.level": {
    type: "string",
    enum: ["off", "info", "notice", "warning", "error"],
    enumDescriptions: [
      "No performance log.",
      "Every response and every second's figures.",
      "A summary a minute, runs and what happened.",
      "What went wrong.",
      "Errors alone.",
    ],
    default: "off",
    scope: "machine",
    order: 50,
    markdownDescription: "What is written to the performance log, JSON Lines beside the workspace's state.",
  },
  "agentVitals.performanceLog.maxSize": {
    type: "number",
    default: 10,
    minimum: 1,
    maximum: 1024,
    scope: "machine",
    order: 51,
    markdownDescription: "MiB of one file of the performance log before the next is begun.",
  },
  "agentVitals.performanceLog.maxFiles": {
    type: "integer",
    default: 5,
    minimum: 1,
    maximum: 100,
    scope: "machine",
    order: 52,
    markdownDescription: "Files of the performance log that are kept.",
  },
} as const;

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
