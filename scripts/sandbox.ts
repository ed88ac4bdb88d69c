import { cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { onEnd } from "./endings.ts";

const NODE_MODULES = join(dirname(import.meta.dirname), "node_modules");

export interface Sandbox {
  /** A real path, as the extension host will see it, and short, because sockets live in it. */
  readonly folder: string;
  /** For the VS Code server's settings, state and extensions. */
  readonly dataFolder: string;
  /** Keeps sockets and the store apart from the user's own, and VS Code from asking a gallery. */
  readonly env: Record<string, string>;
  remove(): Promise<void>;
}

/** Makes a temporary folder for one VS Code. */
export async function makeSandbox(): Promise<Sandbox> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "av-")));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const forget = onEnd(remove);
  const at = (name: string) => join(folder, name);
  await mkdir(at("run"), { mode: 0o700 });
  return {
    folder,
    dataFolder: at("vscode"),
    env: { XDG_RUNTIME_DIR: at("run"), XDG_STATE_HOME: at("state"), EXTENSIONS_GALLERY: "{}" },
    remove: () => remove().finally(forget),
  };
}

/** Puts a fresh copy of a workspace into the sandbox, where an agent in it still finds its packages. */
export async function copyWorkspace({ folder }: Sandbox, original: string): Promise<string> {
  const workspace = join(folder, "workspace");
  await cp(original, workspace, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  await symlink(NODE_MODULES, join(folder, "node_modules"), "junction");
  return workspace;
}
