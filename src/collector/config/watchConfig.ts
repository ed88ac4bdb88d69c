import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname, join } from "node:path";
import { CONFIG_PATH } from "../../model/config.ts";

/** What the file system does not tell is found out this late. */
const POLL_MS = 2000;
/** Editors write a file in several steps. */
const SETTLE_MS = 100;

/**
 * Calls `onChange` after the config file of any folder was written, made, replaced or removed.
 * @returns how to stop
 */
export function watchConfig(folders: readonly string[], onChange: () => void): () => void {
  const watched = folders.map((folder) => watchedFile(join(folder, CONFIG_PATH), () => look()));
  let settling: NodeJS.Timeout | undefined;
  const look = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      // All of them: each notes what it has seen.
      if (watched.map((file) => file.hasChanged()).includes(true)) onChange();
    }, SETTLE_MS);
  };
  const poll = setInterval(() => {
    for (const file of watched) file.attach();
    look();
  }, POLL_MS);
  return () => {
    clearInterval(poll);
    clearTimeout(settling);
    for (const file of watched) file.dispose();
  };
}

function watchedFile(file: string, onEvent: () => void) {
  let seen = stampOf(file);
  let watcher: FSWatcher | undefined;
  let watchedFolder: string | undefined;
  /** Watches `.vscode`, or the workspace's folder as long as there is none. */
  const attach = () => {
    const folder = [dirname(file), dirname(dirname(file))].find((path) => stampOf(path) !== undefined);
    if (folder === watchedFolder && watcher) return;
    watcher?.close();
    watcher = undefined;
    watchedFolder = folder;
    if (folder === undefined) return;
    try {
      watcher = watch(folder, { persistent: false }, () => {
        attach();
        onEvent();
      });
      // Its folder has gone, or the system's watches are used up: the poll sees changes too, only later.
      watcher.on("error", () => {
        watcher?.close();
        watcher = undefined;
      });
    } catch {
      watcher = undefined;
    }
  };
  attach();
  return {
    attach,
    hasChanged() {
      const now = stampOf(file);
      const changed = now !== seen;
      seen = now;
      return changed;
    },
    dispose() {
      watcher?.close();
    },
  };
}

/** Tells one state of a file from another; undefined when it is not there. */
function stampOf(path: string): string | undefined {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}
