import { statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { SuiteSource, Surroundings } from "../../suites/format/readSuite.ts";
import { UsageError } from "../command.ts";
import { findWorkspace } from "../workspace.ts";
import { unwritten } from "./unwritten.ts";
import { CollectorWorld } from "./world.ts";

/** Where a side of a run comes from. */
export interface Side {
  source: SuiteSource;
  surroundings: Surroundings;
  world: CollectorWorld;
}

/**
 * The side that another one takes turns with, as `--against` names it: `NAME=VALUE` gives the same suite other variables,
 * a file is another suite, a folder another checkout with the same one, all else an agent for the default suite.
 * @throws {UsageError}
 */
export async function otherSide(what: string, side: Side): Promise<Side> {
  const parts = what.split(",").map((part) => part.trim());
  const variables = parts.flatMap((part) => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(part) ?? [];
    return name === undefined ? [] : [[name, value ?? ""] as const];
  });
  const env = { ...side.surroundings.env, ...Object.fromEntries(variables) };
  const others = parts.filter((part) => !/^[A-Za-z_]\w*=/.test(part));
  const [other] = others;
  if (others.length > 1 || other === "")
    throw new UsageError(
      `--against takes NAME=VALUE, several with commas between, and one suite, folder or agent: not ${JSON.stringify(what)}.`,
    );
  if (other === undefined) return { ...side, surroundings: { ...side.surroundings, env } };
  const file = fileOf(other, side);
  if (file === undefined)
    return {
      source: await unwritten(side.world, other),
      surroundings: { ...side.surroundings, env },
      world: side.world,
    };
  const workspaceFolder = findWorkspace(dirname(file));
  const isHere = workspaceFolder === side.surroundings.workspaceFolder;
  return {
    source: { file },
    surroundings: { workspaceFolder, env },
    // What its setup starts are the agents of its own checkout.
    world: isHere ? side.world : new CollectorWorld(workspaceFolder),
  };
}

/** Undefined where no file is meant but an agent. */
function fileOf(what: string, { source, surroundings }: Side): string | undefined {
  const path = resolve(what);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!("file" in source)) return /\.perf\.\w+$/.test(what) ? path : undefined;
  return isFolder ? join(path, relative(surroundings.workspaceFolder, source.file)) : path;
}
