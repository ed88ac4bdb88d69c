import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { closest } from "../../model/spelling.ts";
import type { SuiteEnvironment, SuiteResult } from "../../model/suites.ts";
import { commitOf } from "../environment/git.ts";
import { makeFolder } from "./makeFolder.ts";
import { nearPath } from "./nearPath.ts";
import { readResult } from "./readResult.ts";
import { writeResult } from "./writeResult.ts";

/** Under which `--save-baseline` keeps a result for the commit that it was measured at. */
export const COMMIT = "commit";

export interface Baseline {
  /** `main`, or `commit 4f2c1e9`. */
  name: string;
  file: string;
  result: SuiteResult;
}

/**
 * Baselines of a workspace: files in `.vscode/agent-vitals/baselines`, by name, and in `commits` below by git commit.
 * Small enough, and written so, that they can be committed.
 */
export class BaselineStore {
  readonly folder: string;
  readonly #workspace: string;

  constructor(workspace: string) {
    this.#workspace = workspace;
    this.folder = join(workspace, ".vscode", "agent-vitals", "baselines");
  }

  /**
   * Keeps a result under a name, in place of an older one; `commit`: under the commit that is checked out.
   * @returns its file @throws when the name is none, the result is not whole, or files were changed since the commit
   */
  save(name: string, result: SuiteResult): string {
    if (result.status !== "complete")
      throw new Error(
        `${result.status === "invalid" ? "An" : "A"} ${result.status} result is no baseline: ${result.reason ?? "run the suite to its end"}.`,
      );
    const file = this.#fileToSave(name, result.environment.git);
    const { comparison: _, ...rest } = result;
    // It may be committed: what lies in the workspace is told as seen from there.
    const kept = rest.file === undefined ? rest : { ...rest, file: nearPath(this.#workspace, rest.file) };
    makeFolder(dirname(file));
    // Under its name it is whole, or the older one is still there.
    const temporary = `${file}.${process.pid}.part`;
    writeFileSync(temporary, writeResult(kept));
    renameSync(temporary, file);
    return file;
  }

  /**
   * Whether a result of what is checked out could be kept under a name.
   * @throws when the name is none, files were changed since the commit, or the folder can't be written
   */
  check(name: string, git: SuiteEnvironment["git"]): void {
    makeFolder(dirname(this.#fileToSave(name, git)));
  }

  /**
   * By the name of a baseline, a file, or what git calls a commit (`HEAD~1`, a branch) for which one is kept.
   * @throws with the names that there are
   */
  async load(what: string): Promise<Baseline> {
    const named = this.#isName(what) ? this.#fileOf(what) : undefined;
    if (named && existsSync(named)) return { name: what, file: named, result: readResult(named) };
    if (/[/\\]|\.json$/.test(what) || existsSync(what)) {
      const file = resolve(what);
      if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
      return { name: what, file, result: readResult(file) };
    }
    const commit = await commitOf(this.#workspace, what);
    const kept = commit && this.#fileOfCommit(commit);
    if (kept && existsSync(kept)) return { name: `commit ${commit.slice(0, 7)}`, file: kept, result: readResult(kept) };
    const names = this.names();
    const near = closest(what, names);
    const hint = near
      ? `did you mean ${near}?`
      : names.length > 0
        ? `there are ${names.join(", ")}.`
        : `none is kept in ${this.folder} yet: agent-vitals suite run --save-baseline ${this.#isName(what) ? what : "NAME"}.`;
    throw new Error(
      commit
        ? `No baseline is kept for commit ${commit.slice(0, 7)} (${what}); ${hint}`
        : `There is no baseline, file or commit ${JSON.stringify(what)}: ${hint}`,
    );
  }

  /** Named ones first, then commits, each in alphabetical order. */
  names(): string[] {
    return filesIn(this.folder);
  }

  /** Every baseline, or why it can't be read. */
  list(): (Baseline | { name: string; file: string; problem: string })[] {
    const named = this.names().map((name) => ({ name, file: this.#fileOf(name) }));
    const commits = filesIn(join(this.folder, "commits")).map((commit) => ({
      name: `commit ${commit.slice(0, 7)}`,
      file: this.#fileOfCommit(commit),
    }));
    return [...named, ...commits].map((one) => {
      try {
        return { ...one, result: readResult(one.file) };
      } catch (error) {
        return { ...one, problem: (error as Error).message };
      }
    });
  }

  /** @throws when there is none */
  delete(name: string): void {
    const file = this.#isName(name) ? this.#fileOf(name) : "";
    if (!existsSync(file)) throw new Error(`There is no baseline ${JSON.stringify(name)} in ${this.folder}.`);
    rmSync(file);
  }

  #fileToSave(name: string, git: SuiteEnvironment["git"]): string {
    if (name === COMMIT) {
      if (!git) throw new Error("Not in a git repository: save the baseline under another name than commit.");
      if (git.dirty)
        throw new Error("Files were changed since the last commit: commit them, or save the baseline under a name.");
      return this.#fileOfCommit(git.commit);
    }
    if (this.#isName(name)) return this.#fileOf(name);
    throw new Error(`${JSON.stringify(name)} is no name for a baseline: letters, digits, . _ and -, at most 64.`);
  }

  #isName(name: string): boolean {
    return /^(?!\.)[\w.-]{1,64}$/.test(name) && !/\.json$/.test(name);
  }

  #fileOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  #fileOfCommit(commit: string): string {
    return join(this.folder, "commits", `${commit}.json`);
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length))
      .sort();
  } catch {
    // No such folder: nothing was saved yet.
    return [];
  }
}
