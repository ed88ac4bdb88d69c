import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { AgentVitalsApi } from "../../src/extension.ts";
import type { AgentState } from "../../src/model/state.ts";

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

/** Waits until `read` gives something; fails with `what` after 20 s. */
export async function until<T>(
  what: string,
  read: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) {
      const state = (await api()).state();
      throw new Error(
        `Not within 20 s: ${what}. State: ${JSON.stringify(state?.agents, undefined, 1)?.slice(0, 3000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
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

export function removeConfig(): void {
  rmSync(inFolder(".vscode", "agent-vitals.json"), { force: true });
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
