import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import type { SuiteRunTold } from "../../model/suiteRun.ts";
import type { SuiteResult } from "../../model/suites.ts";
import { type Shortfall, shortfallsOf } from "./shortfalls.ts";
import { folderOf, type SuiteFiles } from "./suiteFiles.ts";
import { complaintOf, type SuiteProgram } from "./suiteProgram.ts";

/** Folders of reports that are kept. */
const KEPT = 20;

/** What to run, and what to do with the result. */
export interface SuiteAsked {
  /** Absent: the default suite of `agent`. */
  file?: string;
  agent?: string;
  /** Absent: all of them. */
  scenarios?: readonly string[];
  repeats?: number;
  baseline?: string;
  saveAs?: string;
}

export interface SuiteRan {
  result: SuiteResult;
  /** 0 all is well, 1 an objective was missed or it became slower, 2 it says nothing. */
  code: number;
  shortfalls: readonly Shortfall[];
  /** One sentence. */
  summary: string;
  /** For people, with its tables. */
  text: string;
  /** Of the HTML file. */
  report: string;
}

/** A run that goes on. */
export interface SuiteRunning {
  asked: SuiteAsked;
  onTold: vscode.Event<SuiteRunTold>;
  ended: Promise<SuiteRan>;
  end(): void;
}

/** Runs suites, one at a time as two would bend each other's figures, and remembers what each showed last. */
export class SuiteRuns implements vscode.Disposable {
  readonly #program: SuiteProgram;
  readonly #files: SuiteFiles;
  readonly #log: vscode.LogOutputChannel;
  readonly #folder: string;
  readonly #last = new Map<string, SuiteRan>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #began = new vscode.EventEmitter<SuiteRunning>();
  #running: SuiteRunning | undefined;
  /** Fires with the path of a suite whose result came or went. */
  readonly onChange = this.#changed.event;
  readonly onBegan = this.#began.event;

  /** @param folder for reports */
  constructor(program: SuiteProgram, files: SuiteFiles, folder: string, log: vscode.LogOutputChannel) {
    this.#program = program;
    this.#files = files;
    this.#folder = folder;
    this.#log = log;
  }

  shortfalls(file: string): readonly Shortfall[] {
    return this.#last.get(file)?.shortfalls ?? [];
  }

  /** What a suite showed last in this window. */
  last(file: string): SuiteRan | undefined {
    return this.#last.get(file);
  }

  /** @throws when the workspace is not trusted, or a suite runs already */
  start(asked: SuiteAsked): SuiteRunning {
    if (!vscode.workspace.isTrusted)
      throw new Error(
        "In an untrusted workspace no suite is run: trust it first (Workspaces: Manage Workspace Trust).",
      );
    if (this.#running)
      throw new Error(
        `${nameOf(this.#running.asked)} runs: two suites at once bend each other's figures. Wait for it, or cancel it.`,
      );
    const told = new vscode.EventEmitter<SuiteRunTold>();
    const ending = new AbortController();
    const ended = this.#run(asked, told, ending.signal).finally(() => {
      this.#running = undefined;
      told.dispose();
    });
    const running = { asked, onTold: told.event, ended, end: () => ending.abort() };
    this.#running = running;
    ended.catch(() => {}); // Whoever started it is told.
    this.#began.fire(running);
    return running;
  }

  dispose(): void {
    this.#running?.end();
    this.#changed.dispose();
    this.#began.dispose();
  }

  async #run(asked: SuiteAsked, told: vscode.EventEmitter<SuiteRunTold>, signal: AbortSignal): Promise<SuiteRan> {
    const { file } = asked;
    const cwd = file === undefined ? firstFolder() : folderOf(file);
    // The command line runs what is on the disk.
    if (file !== undefined) await this.#files.save(file);
    const outline = file === undefined ? undefined : await this.#files.load(file);
    if (file !== undefined && this.#last.delete(file)) this.#changed.fire(file);
    const output = await this.#newFolder(nameOf(asked));
    const ended = await this.#program.run(argumentsOf(asked, output), {
      cwd,
      signal,
      onTold: (one) => {
        // Of what runs only the figures change, several times a second.
        if (one.phase !== "running") this.#log.info(one.text);
        told.fire(one);
      },
    });
    for (const line of ended.stderr.trim().split("\n")) this.#log.debug(line);
    const written = join(output, "result.json");
    if (!existsSync(written)) throw new Error(complaintOf(ended));
    const result = JSON.parse(await readFile(written, "utf8")) as SuiteResult;
    const report = join(output, `${fileName(nameOf(asked))}.perf.html`);
    await rename(join(output, "report.html"), report);
    const ran: SuiteRan = {
      result,
      code: ended.code ?? 2,
      shortfalls: outline ? shortfallsOf(result, outline) : [],
      summary: ended.stdout.split("\n", 1)[0]?.replace(/: $/, ": measured.") ?? "",
      text: ended.stdout,
      report,
    };
    this.#log.info(ended.stdout);
    if (file !== undefined) {
      this.#last.set(file, ran);
      this.#changed.fire(file);
    }
    // A result that came out, and could not be kept as was asked.
    if (asked.saveAs !== undefined && ended.code === 2 && result.status === "complete")
      throw new Error(complaintOf(ended));
    return ran;
  }

  async #newFolder(name: string): Promise<string> {
    const time = new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-");
    const folder = join(this.#folder, `${time} ${fileName(name)}`);
    await mkdir(folder, { recursive: true });
    const all = (await readdir(this.#folder)).sort();
    for (const old of all.slice(0, -KEPT)) await rm(join(this.#folder, old), { recursive: true, force: true });
    return folder;
  }
}

export function nameOf({ file, agent }: SuiteAsked): string {
  return file === undefined ? (agent ?? "default") : basename(file).replace(/\.perf\.\w+$/, "");
}

const fileName = (name: string) => name.replace(/[^\w.-]+/g, "-");

function argumentsOf({ file, agent, scenarios, repeats, baseline, saveAs }: SuiteAsked, output: string): string[] {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}=${value}`]);
  return [
    ...(file === undefined ? [] : [file]),
    ...option("agent", agent),
    // A comma parts two of them.
    ...option("scenario", scenarios?.map((name) => name.replaceAll(",", "*")).join(",")),
    ...option("repeat", repeats === undefined ? undefined : String(repeats)),
    ...option("baseline", baseline),
    ...option("save-baseline", saveAs),
    "--reporter=pretty,html",
    `--output=${output}`,
  ];
}

function firstFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath;
  if (folder === undefined) throw new Error("Open the folder of your agent first.");
  return folder;
}
