/** The engines that take our figures in, as Debian has them. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall, canUseApt } from "./apt.ts";

const PACKAGES = { prometheus: "prometheus", promtool: "prometheus", "victoria-metrics": "victoria-metrics" };

export type EngineProgram = keyof typeof PACKAGES;

/** Path of a program; where it is missing Debian's package is installed, if that can be done. Undefined where not. */
export async function engineProgram(name: EngineProgram): Promise<string | undefined> {
  const found = find(name);
  if (found || !canUseApt()) return found;
  await aptInstall([...new Set(Object.values(PACKAGES))]);
  return find(name);
}

function find(name: string): string | undefined {
  const { PATH = "" } = process.env;
  return PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
