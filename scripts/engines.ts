/** The engines that take our figures in, as Debian has them. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall, canUseApt } from "./apt.ts";

const PACKAGES = { prometheus: "prometheus", promtool: "prometheus", "victoria-metrics": "victoria-metrics" };

type EngineProgram = keyof typeof PACKAGES;

/**
 * Path of a program; where it is missing Debian's package is installed, if that can be done.
 * @throws what to do where it can't
 */
export async function engineProgram(name: EngineProgram): Promise<string> {
  if (!find(name) && canUseApt()) await aptInstall([...new Set(Object.values(PACKAGES))]);
  const found = find(name);
  if (!found)
    throw new Error(`No ${name} was found. Put one on PATH: on Debian it is in the package ${PACKAGES[name]}.`);
  return found;
}

function find(name: string): string | undefined {
  const { PATH = "" } = process.env;
  return PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
