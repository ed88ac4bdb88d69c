import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Attachment } from "./attachments.ts";
import type { CollectorSettings } from "./protocol.ts";

/** What a collector leaves to the next one, so that nothing that the user set up is lost with it. */
export interface KeptState {
  settings?: CollectorSettings;
  attachments?: Attachment[];
}

/** A damaged file is as good as none: windows tell their settings again, attached processes are forgotten. */
export function readState(file: string): KeptState {
  try {
    const state: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof state === "object" && state !== null ? state : {};
  } catch {
    return {};
  }
}

export function writeState(file: string, state: KeptState): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 });
  renameSync(temporary, file);
}
