import * as vscode from "vscode";
import type { CollectorSettings, ExportSettings } from "../collector/protocol.ts";
import type { RemoteEndpoint } from "../model/remoteEndpoint.ts";

/** Reads a setting of ours; its default stands in package.json. */
function read<T>(name: string, fallback: T): T {
  return vscode.workspace.getConfiguration("agentVitals").get<T>(name) ?? fallback;
}

/** What the collector must know of this window. */
export function collectorSettings(): CollectorSettings {
  return {
    folders: (vscode.workspace.workspaceFolders ?? []).filter((f) => f.uri.scheme === "file").map((f) => f.uri.fsPath),
    samplingInterval: read("samplingInterval", 1),
    systemInterval: read("systemInterval", 1),
    gpuInterval: read("gpuInterval", 1),
    thresholds: read("thresholds", { talker: 2 }),
    keepAgents: read("keepAgents", false),
    trusted: vscode.workspace.isTrusted,
    otlp: {
      enabled: read("otlp.enabled", true),
      requireToken: read("otlp.requireToken", true),
      environment: otlpEnvironment(),
    },
    modelServerInterval: read("modelServerInterval", 5),
    noteOpenings: read("noteOpenings", false),
    leaks: {
      enabled: read("leaks.enabled", true),
      window: read("leaks.window", 20) * MINUTE,
      interval: read("leaks.interval", 30),
      evidence: read("leaks.evidence", 3.9),
      leastGrowth: read("leaks.leastGrowth", 2) / 100,
      autoHunt: read<CollectorSettings["leaks"]["autoHunt"]>("leaks.autoHunt", "withoutSnapshots"),
    },
    record: {
      enabled: read("record.enabled", true),
      maxSize: read("record.maxSize", 512) * MIB,
      keep: keptFor(),
    },
    exports: exportSettings(),
    ...remote("source", "history.url", "history.headers"),
  };
}

/** An address with its headers, where one is set. */
function remote<K extends string>(key: K, url: string, headers: string): { [key in K]?: RemoteEndpoint } {
  const address = read(url, "").trim();
  return (address === "" ? {} : { [key]: { url: address, headers: read(headers, {}) } }) as {
    [key in K]?: RemoteEndpoint;
  };
}

const MIB = 1024 * 1024;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Samples of each resolution are kept so long, seconds. */
function keptFor(): CollectorSettings["record"]["keep"] {
  const {
    oneSecond = 24,
    tenSeconds = 7,
    minute = 30,
    tenMinutes = 365,
  } = read<Partial<CollectorSettings["record"]["keep"]>>("record.keep", {});
  return {
    oneSecond: oneSecond * HOUR,
    tenSeconds: tenSeconds * DAY,
    minute: minute * DAY,
    tenMinutes: tenMinutes * DAY,
  };
}

function exportSettings(): ExportSettings {
  const prometheus = read("export.prometheus.port", 0);
  const { otlp } = remote("otlp", "export.otlp.endpoint", "export.otlp.headers");
  const level = read<"off" | "info" | "notice" | "warning" | "error">("performanceLog.level", "off");
  return {
    ...(prometheus > 0 && {
      prometheus: { port: prometheus, requireToken: read("export.prometheus.requireToken", true) },
    }),
    ...(level !== "off" && {
      log: {
        level,
        maxSize: read("performanceLog.maxSize", 10) * MIB,
        maxFiles: read("performanceLog.maxFiles", 5),
      },
    }),
    ...(otlp && { otlp: { ...otlp, spans: read("export.otlp.spans", true) } }),
    ...remote("remoteWrite", "export.remoteWrite.url", "export.remoteWrite.headers"),
  };
}

export const autoStart = () => read("autoStart", false);
export const attachToDebugSessions = () => read("attachToDebugSessions", true);
/** Terminals and launched agents are told where to send OpenTelemetry data. */
export const otlpEnvironment = () => read("otlp.enabled", true) && read("otlp.environment", true);
/** A heap of more bytes is asked about before a snapshot of it is taken. */
export const askAboveHeap = () => read("heapSnapshot.askAbove", 100) * MIB;
export const terminalEnvironment = () => read("terminalEnvironment", true);

/** The workspace as the collector names it: the `.code-workspace` file, else the single folder; undefined for none. */
export function workspacePath(): string | undefined {
  const file = vscode.workspace.workspaceFile;
  if (file?.scheme === "file") return file.fsPath;
  return vscode.workspace.workspaceFolders?.find((f) => f.uri.scheme === "file")?.uri.fsPath;
}
