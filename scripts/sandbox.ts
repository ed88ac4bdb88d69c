import { cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { onEnd } from "./endings.ts";

const NODE_MODULES = join(dirname(import.meta.dirname), "node_modules");

export interface Sandbox {
  /** A fresh copy of the fixture; a real path, as the extension host will see it. */
  readonly workspace: string;
  /** For the VS Code server's settings, state and extensions. */
  readonly dataFolder: string;
  /** Keeps sockets and the store apart from those of the person who runs the tests. */
  readonly env: Record<string, string>;
  remove(): Promise<void>;
}

/** Makes a temporary folder for one VS Code with a copy of `fixture` to open. Its path is short: sockets live in it. */
export async function makeSandbox(fixture: string): Promise<Sandbox> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "av-")));
  const at = (name: string) => join(folder, name);
  await cp(fixture, at("workspace"), { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  await symlink(NODE_MODULES, at("node_modules"), "junction"); // so that a copied agent finds its packages
  await mkdir(at("run"), { mode: 0o700 });
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const forget = onEnd(remove);
  return {
    workspace: at("workspace"),
    dataFolder: at("vscode"),
    env: { XDG_RUNTIME_DIR: at("run"), XDG_STATE_HOME: at("state"), EXTENSIONS_GALLERY: "{}" },
    remove: () => remove().finally(forget),
  };
}
