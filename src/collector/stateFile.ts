import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Attachment } from "./attachments.ts";
import type { CollectorSettings } from "./protocol.ts";

/** What a collector leaves to the next one, so that nothing that the user set up is lost with it. */
export interface KeptState {
  settings?: CollectorSettings;
  attachments: readonly Attachment[];
  /** Agents whose inspector is attached to whenever they run. */
  inspected: readonly string[];
}

/** A damaged file, or a part of it, is as good as none: windows tell their settings again. */
export function readState(file: string): KeptState {
  let kept: { settings?: unknown; attachments?: unknown; inspected?: unknown } = {};
  try {
    kept = Object(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // None yet, or not JSON.
  }
  const attachments = Array.isArray(kept.attachments) ? kept.attachments.filter(isAttachment) : [];
  const inspected = Array.isArray(kept.inspected) ? kept.inspected.filter((name) => typeof name === "string") : [];
  return { attachments, inspected, ...(isSettings(kept.settings) && { settings: kept.settings }) };
}

/** @throws when the folder can't be written, e.g. since the disk is full */
export function writeState(file: string, state: KeptState): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 });
  renameSync(temporary, file);
}

function isAttachment(value: unknown): value is Attachment {
  const { agent, pid, startMark } = Object(value) as Partial<Attachment>;
  return typeof agent === "string" && Number.isInteger(pid) && typeof startMark === "string";
}

function isSettings(value: unknown): value is CollectorSettings {
  const { folders, samplingInterval, thresholds, keepAgents, trusted } = Object(value) as Partial<CollectorSettings>;
  return (
    Array.isArray(folders) &&
    folders.every((folder) => typeof folder === "string") &&
    typeof samplingInterval === "number" &&
    typeof thresholds === "object" &&
    typeof keepAgents === "boolean" &&
    typeof trusted === "boolean"
  );
}
