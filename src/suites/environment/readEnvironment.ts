import { cpus, release, type as system, totalmem } from "node:os";
import type { SuiteEnvironment } from "../../model/suites.ts";
import { readGit } from "./git.ts";

/** What the one who runs a suite knows of where it runs. */
export interface Known {
  /** Of the workspace, whose commit is told. */
  folder: string;
  /** Of Agent Vitals. */
  version: string;
  /** What targets tell of their models, by target. */
  models: SuiteEnvironment["models"];
  /** As the collector read it; else what Node tells of the machine. */
  hardware?: { cpu: string; cores: number; memory: number; os: string; gpus: { name: string; driver?: string }[] };
}

/** What a result depends on beside the agent. */
export async function readEnvironment({ folder, version, models, hardware }: Known): Promise<SuiteEnvironment> {
  const all = cpus();
  const git = await readGit(folder);
  const { cpu, cores, memory, os } = hardware ?? {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memory: totalmem(),
    os: `${system()} ${release()}`,
  };
  return {
    machine: { cpu, cores, memory, os },
    gpus: (hardware?.gpus ?? []).map(({ name, driver }) => ({ name, ...(driver !== undefined && { driver }) })),
    node: process.versions.node,
    ...(git && { git }),
    models,
    version,
  };
}
