import type { Command } from "../command.ts";
import { baselines } from "./baselines.ts";
import { check } from "./check.ts";
import { compare } from "./compare.ts";
import { exportSuite } from "./export.ts";
import { run } from "./run.ts";

/** In the order of their help. */
export const commands: readonly Command[] = [run, check, compare, baselines, exportSuite];
