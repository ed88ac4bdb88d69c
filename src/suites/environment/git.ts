import { execFile } from "node:child_process";
import type { SuiteEnvironment } from "../../model/suites.ts";

/** A repository on a slow disk answers within a second; one that does not is left out. */
const LIMIT_MS = 5000;

/** The commit that is checked out in a folder, and whether files were changed; undefined outside of a repository. */
export async function readGit(folder: string): Promise<SuiteEnvironment["git"]> {
  const commit = await commitOf(folder, "HEAD");
  if (commit === undefined) return undefined;
  const [branch, changes] = await Promise.all([
    git(folder, ["symbolic-ref", "--quiet", "--short", "HEAD"]),
    // Files that git does not know, and baselines, change no code.
    git(folder, ["status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude).vscode/agent-vitals"]),
  ]);
  return { commit, ...(branch ? { branch } : {}), dirty: changes !== "" };
}

/** The full hash of what git calls a commit; undefined where it knows none. */
export async function commitOf(folder: string, revision: string): Promise<string | undefined> {
  if (revision.startsWith("-")) return undefined;
  return (await git(folder, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`])) || undefined;
}

/** What git prints; undefined when it is not there, fails, or takes too long. */
function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      "git",
      // Nothing that a repository's own config names is run.
      ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=", "-C", folder, ...args],
      {
        timeout: LIMIT_MS,
        maxBuffer: 2 ** 20,
        windowsHide: true,
        env: { ...process.env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" },
      },
      (error, stdout) => resolve(error ? undefined : stdout.trim()),
    );
  });
}
