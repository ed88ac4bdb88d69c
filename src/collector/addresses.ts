import { createHash, randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { createExclusive } from "./exclusive.ts";

/** The workspace of a window without a folder. */
export const NO_WORKSPACE = "none";

/** Where everything of one workspace lies. The addresses never change: open terminals keep what they were born with. */
export interface Addresses {
  workspace: string;
  /** Short hash of the workspace. */
  id: string;
  eventSocket: string;
  controlSocket: string;
  lockFile: string;
  /** Of all workspaces: the database. */
  store: string;
  /** Of this workspace: token, state, log, runs. */
  stateFolder: string;
  runsFolder: string;
  stateFile: string;
  logFile: string;
  /** What clients show at the event socket. */
  token: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The addresses of a workspace, its folders made (0700) and its token made on first use.
 * @param workspace real path of the `.code-workspace` file or the single folder, else {@link NO_WORKSPACE}
 * @throws when a folder belongs to somebody else or is a link: somebody may be listening in
 */
export function workspaceAddresses(workspace: string, env: Environment = process.env): Addresses {
  const path = workspace === NO_WORKSPACE ? workspace : realPath(workspace);
  const id = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const sockets = socketFolder(env, id);
  const store = privateFolder(storeFolder(env));
  privateFolder(join(store, "workspaces"));
  const stateFolder = privateFolder(join(store, "workspaces", id));
  const socket = (kind: string) =>
    process.platform === "win32"
      ? `\\\\.\\pipe\\agent-vitals-${userInfo().username}-${id}-${kind}`
      : join(sockets, `${id}.${kind}`);
  return {
    workspace: path,
    id,
    eventSocket: socket("sock"),
    controlSocket: socket("ctl"),
    lockFile: join(sockets, `${id}.lock`),
    store,
    stateFolder,
    runsFolder: privateFolder(join(stateFolder, "runs")),
    stateFile: join(stateFolder, "state.json"),
    logFile: join(stateFolder, "collector.log"),
    token: readOrMakeToken(join(stateFolder, "token")),
  };
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/** A socket's path holds this many bytes on macOS; on Linux four more. */
const LONGEST_PATH = 103;

/** Sockets lie in the session's runtime folder; under /tmp where there is none that can be used. */
function socketFolder(env: Environment, id: string): string {
  if (process.platform === "win32") return privateFolder(join(tmpdir(), "agent-vitals"));
  const runtime = env.XDG_RUNTIME_DIR;
  if (runtime && isAbsolute(runtime) && existsSync(runtime)) {
    const folder = join(runtime, "agent-vitals");
    if (Buffer.byteLength(join(folder, `${id}.sock`)) <= LONGEST_PATH) return privateFolder(folder);
  }
  return privateFolder(`/tmp/agent-vitals-${userInfo().uid}`);
}

function storeFolder(env: Environment): string {
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, "agent-vitals");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "agent-vitals");
  if (process.platform === "win32")
    return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "agent-vitals");
  return join(homedir(), ".local", "state", "agent-vitals");
}

function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (process.platform === "win32") return path;
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== userInfo().uid) {
    throw new Error(
      `${path} is ${stat.isSymbolicLink() ? "a link" : "not ours"}: Agent Vitals keeps its sockets there and trusts only a folder of its user. Remove it, or set XDG_RUNTIME_DIR and XDG_STATE_HOME to folders of your own.`,
    );
  }
  if ((stat.mode & 0o077) !== 0) {
    throw new Error(`${path} can be entered by other users. Run: chmod 700 ${path}`);
  }
  return path;
}

/** Made once per workspace; whoever comes second takes what the first one wrote. */
function readOrMakeToken(file: string): string {
  if (!existsSync(file)) createExclusive(file, randomBytes(24).toString("hex"));
  const token = readFileSync(file, "utf8").trim();
  if (token.length < 32) throw new Error(`${file} holds no token. Remove it and reload the window.`);
  return token;
}
