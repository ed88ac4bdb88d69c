import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const HEARTBEAT_MS = 2_000;
const STALE_AFTER_MS = 20_000;

/** The folder for what is fetched once and shared by all checkouts; AGENT_VITALS_CACHE overrides it. */
export function cacheFolder(): string {
  const { AGENT_VITALS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (AGENT_VITALS_CACHE) return AGENT_VITALS_CACHE;
  if (process.platform === "win32")
    return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "agent-vitals", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "agent-vitals");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "agent-vitals");
}

export interface Installation {
  /** Name of the folder inside the cache; holds the version, so that another version is another folder. */
  name: string;
  /** A file that only a whole installation has, relative to it. */
  proof: string;
  /** Fills an empty folder; whatever it leaves when it throws is thrown away. */
  fill(folder: string): Promise<void>;
}

/**
 * Returns the installed folder, filling it first if it is missing or broken. It appears by one rename, so nobody
 * ever sees half of it; the lock only spares two runs the same download.
 */
export async function installOnce({ name, proof, fill }: Installation): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, name);
  if (await exists(join(folder, proof))) return folder;
  await mkdir(cache, { recursive: true });
  const unlock = await lock(join(cache, `${name}.lock`), () => exists(join(folder, proof)));
  if (!unlock) return folder;
  try {
    await removeLeftovers(cache, name);
    const partial = join(cache, `${name}.partial-${process.pid}`);
    await mkdir(partial);
    await fill(partial);
    if (!(await exists(join(partial, proof)))) throw new Error(`${name} was fetched, but ${proof} is not in it.`);
    await rename(partial, folder);
  } finally {
    await unlock();
  }
  return folder;
}

async function removeLeftovers(cache: string, name: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (entry === name || entry.startsWith(`${name}.partial-`))
      await rm(join(cache, entry), { recursive: true, force: true });
  }
}

/** Takes the lock and returns how to give it back, or undefined once `done()` says that another run did the work. */
async function lock(path: string, done: () => Promise<boolean>): Promise<(() => Promise<void>) | undefined> {
  for (let told = false; ; ) {
    if (await done()) return undefined;
    try {
      await (await open(path, "wx")).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (!told) console.log(`Waiting for another run that holds ${path}`);
    told = true;
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > STALE_AFTER_MS) await rm(path, { force: true });
    await delay(500);
  }
  // A heartbeat rather than a pid: pids mean nothing to another container that shares the cache.
  const heartbeat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), HEARTBEAT_MS);
  return async () => {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
