import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { AgentVitalsApi } from "../../src/extension.ts";
import type { AgentState } from "../../src/model/state.ts";
import { until as poll } from "../support/until.ts";

/** The workspace folder that the runner prepared. */
export function folder(): string {
  const path = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(path);
  return path;
}

export const inFolder = (...parts: string[]) => join(folder(), ...parts);

export async function api(): Promise<AgentVitalsApi> {
  const extension = vscode.extensions.getExtension<AgentVitalsApi>("agent-vitals.agent-vitals");
  assert.ok(extension);
  return extension.activate();
}

/** Polls until `read` gives something; a failure tells the agents' state too. */
export async function until<T>(what: string, read: Parameters<typeof poll<T>>[1]): Promise<T> {
  return poll(what, read).catch(async (error: Error) => {
    const state = (await api()).state();
    throw new Error(`${error.message}. State: ${JSON.stringify(state?.agents, undefined, 1)?.slice(0, 3000)}`);
  });
}

export async function agent(name: string): Promise<AgentState | undefined> {
  return (await api()).state()?.agents.find((a) => a.name === name);
}

/** An agent as soon as `fits` holds of it. */
export function agentThat(name: string, what: string, fits: (agent: AgentState) => boolean): Promise<AgentState> {
  return until(`${name} ${what}`, async () => {
    const found = await agent(name);
    return found && fits(found) ? found : undefined;
  });
}

export function writeConfig(text: string): void {
  const file = inFolder(".vscode", "agent-vitals.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

export const fixtureConfig = JSON.stringify({
  version: 1,
  agents: [
    { name: "fixture-agent", command: "node", args: ["agent.mjs", "120"], thresholds: { talker: "2s" } },
    { name: "slow-agent", command: "node", args: ["agent.mjs", "900"], thresholds: { talker: "500ms" } },
  ],
});

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
