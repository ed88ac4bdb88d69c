import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import type { SuiteOutline } from "../../model/suiteOutline.ts";
import type { SuiteProgram } from "./suiteProgram.ts";

const SUITES = "**/*.perf.{json,mjs,js,ts,mts}";
/** Whose rows suites may name. */
const DATA = "**/*.{csv,jsonl,wav}";
const ELSEWHERE = "**/{node_modules,.git}/**";
const MOST = 500;
/** Between two keystrokes, ms. */
const PAUSE = 300;

/** The suites of this window, in its folders and open from elsewhere, as the command line reads them. */
export class SuiteFiles implements vscode.Disposable {
  readonly #program: SuiteProgram;
  readonly #log: vscode.LogOutputChannel;
  /** By path; undefined as long as nothing is known of what a suite holds. */
  readonly #suites = new Map<string, SuiteOutline | undefined>();
  /** What is being checked, or will be. */
  readonly #checks = new Map<string, AbortController>();
  /** The latest check of each, which does not reject. */
  readonly #pending = new Map<string, Promise<void>>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #subscriptions: vscode.Disposable;
  /** Fires with the path of a suite that is new, was read anew, or is gone. */
  readonly onChange = this.#changed.event;

  constructor(program: SuiteProgram, log: vscode.LogOutputChannel) {
    this.#program = program;
    this.#log = log;
    const watcher = vscode.workspace.createFileSystemWatcher(SUITES);
    const data = vscode.workspace.createFileSystemWatcher(DATA);
    const onData = ({ fsPath }: vscode.Uri) => {
      if (!isElsewhere(fsPath)) for (const file of this.#suites.keys()) if (isJson(file)) this.#checkSoon(file);
    };
    this.#subscriptions = vscode.Disposable.from(
      watcher,
      data,
      this.#changed,
      watcher.onDidCreate(({ fsPath }) => this.#found(fsPath)),
      watcher.onDidChange(({ fsPath }) => this.#found(fsPath)),
      watcher.onDidDelete(({ fsPath }) => this.#forget(fsPath)),
      data.onDidCreate(onData),
      data.onDidChange(onData),
      data.onDidDelete(onData),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => isSuite(uri) && this.#found(uri.fsPath)),
      vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => isSuite(uri) && this.#checkSoon(uri.fsPath)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#closed(uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.#findAll()),
    );
    void this.#findAll();
    for (const { uri } of vscode.workspace.textDocuments) if (isSuite(uri)) this.#found(uri.fsPath);
  }

  get files(): string[] {
    return [...this.#suites.keys()];
  }

  outline(file: string): SuiteOutline | undefined {
    return this.#suites.get(file);
  }

  /** Reads a suite; of one in code this runs its module, which only a trusted workspace may ask for. */
  async load(file: string): Promise<SuiteOutline | undefined> {
    // The watcher may be late to tell of one that was written just now.
    if (!this.#suites.has(file)) this.#suites.set(file, undefined);
    if (isJson(file) || vscode.workspace.isTrusted) void this.#check([file]);
    // One that is given up for a newer one tells nothing.
    for (let check = this.#pending.get(file); check; ) {
      await check;
      const newer = this.#pending.get(file);
      check = newer === check ? undefined : newer;
    }
    return this.outline(file);
  }

  /** @throws when it can't be saved */
  async save(file: string): Promise<void> {
    const document = documentOf(file);
    if (document?.isDirty && !(await document.save())) throw new Error(`${file} has changes that could not be saved.`);
  }

  dispose(): void {
    for (const check of this.#checks.values()) check.abort();
    this.#subscriptions.dispose();
  }

  async #findAll(): Promise<void> {
    const found = await vscode.workspace.findFiles(SUITES, ELSEWHERE, MOST);
    const files = found.filter(isSuite).map(({ fsPath }) => fsPath);
    for (const file of this.files) if (!files.includes(file) && !isOpen(file)) this.#forget(file);
    const fresh = files.filter((file) => !this.#suites.has(file));
    for (const file of fresh) this.#suites.set(file, undefined);
    // Those of one folder in one process.
    for (const some of Map.groupBy(fresh.filter(isJson), folderOf).values()) void this.#check(some);
    for (const file of fresh) if (!isJson(file)) this.#changed.fire(file);
  }

  #found(file: string): void {
    if (isElsewhere(file) && !isOpen(file)) return;
    if (!this.#suites.has(file)) this.#suites.set(file, undefined);
    if (isJson(file)) this.#checkSoon(file);
    else {
      // What it held is not known any more before somebody asks.
      this.#suites.set(file, undefined);
      this.#changed.fire(file);
    }
  }

  #closed(uri: vscode.Uri): void {
    const file = uri.fsPath;
    if (!this.#suites.has(file)) return;
    if (vscode.workspace.getWorkspaceFolder(uri) && !isElsewhere(file)) this.#found(file);
    else this.#forget(file);
  }

  #forget(file: string): void {
    this.#checks.get(file)?.abort();
    this.#checks.delete(file);
    this.#pending.delete(file);
    if (this.#suites.delete(file)) this.#changed.fire(file);
  }

  #checkSoon(file: string): void {
    if (!isJson(file)) return;
    const { signal } = this.#begin(file);
    const checked = sleep(PAUSE).then(() => (signal.aborted ? undefined : this.#check([file])));
    this.#pending.set(file, checked);
  }

  #begin(file: string): AbortController {
    this.#checks.get(file)?.abort();
    const check = new AbortController();
    this.#checks.set(file, check);
    return check;
  }

  #check(files: readonly string[]): Promise<void> {
    const checked = this.#checkNow(files);
    for (const file of files) this.#pending.set(file, checked);
    return checked;
  }

  async #checkNow(files: readonly string[]): Promise<void> {
    const [first] = files;
    if (first === undefined) return;
    const checks = files.map((file) => this.#begin(file));
    // Those that are checked anew meanwhile are told by that check.
    const signal = files.length === 1 ? checks[0]?.signal : undefined;
    const document = files.length === 1 && isJson(first) ? documentOf(first) : undefined;
    try {
      const outlines = await this.#program.check(files, {
        cwd: folderOf(first),
        ...(document?.isDirty && { input: document.getText() }),
        ...(signal && { signal }),
      });
      for (const [i, outline] of outlines.entries()) {
        const file = files[i] ?? "";
        if (checks[i]?.signal.aborted || !this.#suites.has(file)) continue;
        this.#suites.set(file, outline);
        this.#changed.fire(file);
      }
    } catch (error) {
      if (!signal?.aborted) this.#log.error(`${files.join(", ")}: could not be checked: ${error}`);
    }
  }
}

/** The folder of the workspace that a suite belongs to, else its own. */
export function folderOf(file: string): string {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath ?? dirname(file);
}

export const isJson = (file: string) => file.endsWith(".json");
export const isOpen = (file: string) => documentOf(file) !== undefined;
const isSuite = ({ scheme, path }: vscode.Uri) => scheme === "file" && /\.perf\.(json|mjs|js|ts|mts)$/.test(path);
const isElsewhere = (file: string) => /[/\\](node_modules|\.git)[/\\]/.test(file);
const documentOf = (file: string) =>
  vscode.workspace.textDocuments.find(({ uri, isClosed }) => uri.scheme === "file" && uri.fsPath === file && !isClosed);
