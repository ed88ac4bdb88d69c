import { basename } from "node:path";
import * as vscode from "vscode";
import type { SuiteRunTold } from "../../model/suiteRun.ts";
import type { SuiteResult } from "../../model/suites.ts";
import { suiteTests } from "../contributions.ts";
import { rangeOf } from "../problem.ts";
import { durationOf, outcomeOf, placeOf, type Shortfall } from "./shortfalls.ts";
import type { SuiteFiles } from "./suiteFiles.ts";
import type { SuiteAsked, SuiteRan, SuiteRunning, SuiteRuns } from "./suiteRuns.ts";

/** Shows suites in the Testing view: an item each, with its scenarios below. */
export class SuiteTests implements vscode.Disposable {
  readonly #controller = vscode.tests.createTestController(suiteTests, "Performance Suites");
  readonly #files: SuiteFiles;
  readonly #runs: SuiteRuns;
  readonly #subscriptions: vscode.Disposable;
  /** What the Testing view asked for, by the run that answers it. */
  readonly #requests = new WeakMap<SuiteAsked, vscode.TestRunRequest>();

  /** @param compare with what a suite is compared, where the user wants that; undefined when given up */
  constructor(files: SuiteFiles, runs: SuiteRuns, compare: (file: string) => Promise<SuiteAsked | undefined>) {
    this.#files = files;
    this.#runs = runs;
    const profile = (title: string, isDefault: boolean, ask: (file: string) => Promise<SuiteAsked | undefined>) =>
      this.#controller.createRunProfile(
        title,
        vscode.TestRunProfileKind.Run,
        (request, token) => this.#runAll(request, token, ask),
        isDefault,
      );
    profile("Run", true, async (file) => ({ file }));
    profile("Compare With Baseline", false, compare);
    this.#controller.resolveHandler = async (item) => {
      // Of a suite in code: its module is run when somebody wants to see what it holds.
      if (item?.uri) await files.load(item.uri.fsPath);
    };
    this.#subscriptions = vscode.Disposable.from(
      this.#controller,
      files.onChange((file) => this.#update(file)),
      runs.onBegan((running) => void this.#follow(running)),
    );
    for (const file of files.files) this.#update(file);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #update(file: string): void {
    const { items } = this.#controller;
    if (!this.#files.files.includes(file)) {
      items.delete(file);
      return;
    }
    const known = items.get(file);
    const suite = known ?? this.#controller.createTestItem(file, basename(file), vscode.Uri.file(file));
    if (!known) items.add(suite);
    const outline = this.#files.outline(file);
    suite.canResolveChildren = outline === undefined;
    suite.error = undefined;
    if (!outline) return;
    const wrong = outline.problems.find(({ severity }) => severity === "error");
    if (wrong) suite.error = wrong.message;
    suite.description = outline.name === basename(file).replace(/\.perf\.\w+$/, "") ? "" : outline.name;
    suite.children.replace(
      outline.scenarios.map(({ name, place }) => {
        const scenario = suite.children.get(name) ?? this.#controller.createTestItem(name, name, suite.uri);
        scenario.range = place && rangeOf(place);
        return scenario;
      }),
    );
  }

  async #runAll(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
    ask: (file: string) => Promise<SuiteAsked | undefined>,
  ): Promise<void> {
    for (const [file, scenarios] of this.#chosen(request)) {
      if (token.isCancellationRequested) return;
      try {
        const asked = await ask(file);
        if (!asked) return;
        const whole = { ...asked, ...(scenarios && { scenarios }) };
        this.#requests.set(whole, request);
        const running = this.#runs.start(whole);
        const cancelling = token.onCancellationRequested(() => running.end());
        // What went wrong stands at the suite's item.
        await running.ended.catch(() => {}).finally(() => cancelling.dispose());
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
        return;
      }
    }
  }

  /** By suite its scenarios that are to be run, undefined for all of them. */
  #chosen({ include, exclude = [] }: vscode.TestRunRequest): Map<string, string[] | undefined> {
    const chosen = new Map<string, string[] | undefined>();
    for (const item of include ?? itemsOf(this.#controller.items)) {
      if (exclude.includes(item)) continue;
      const suite = item.parent ?? item;
      const before = chosen.get(suite.id) ?? [];
      const left = itemsOf(suite.children).filter(
        (one) => [suite, one].includes(item) && !exclude.includes(one) && !before.includes(one.id),
      );
      const all = [...before, ...left.map(({ id }) => id)];
      chosen.set(suite.id, all.length === suite.children.size ? undefined : all);
    }
    return chosen;
  }

  async #follow({ asked, onTold, ended, end }: SuiteRunning): Promise<void> {
    const { file } = asked;
    const suite = file === undefined ? undefined : this.#controller.items.get(file);
    if (!suite) return;
    const request = this.#requests.get(asked) ?? new vscode.TestRunRequest([suite]);
    const run = this.#controller.createTestRun(request, basename(suite.id));
    const own = () => this.#scenarios(suite, asked);
    for (const item of own()) run.enqueued(item);
    const cancelling = run.token.onCancellationRequested(end);
    const hearing = onTold(({ scenario, phase, text }: SuiteRunTold) => {
      const item = scenario === undefined ? undefined : suite.children.get(scenario);
      if (item && phase === "begun") run.started(item);
      if (phase !== "running") run.appendOutput(`${text.replaceAll("\n", "\r\n")}\r\n`, undefined, item);
    });
    try {
      this.#tell(run, suite, own(), await ended);
    } catch (error) {
      run.errored(suite, new vscode.TestMessage((error as Error).message));
      for (const item of own()) run.skipped(item);
    } finally {
      hearing.dispose();
      cancelling.dispose();
      run.end();
    }
  }

  #scenarios(suite: vscode.TestItem, { scenarios }: SuiteAsked): vscode.TestItem[] {
    return itemsOf(suite.children).filter(({ id }) => !scenarios || scenarios.includes(id));
  }

  #tell(run: vscode.TestRun, suite: vscode.TestItem, items: vscode.TestItem[], ran: SuiteRan): void {
    const { result, shortfalls, text, code, report } = ran;
    run.appendOutput(`\r\n${text.replaceAll("\n", "\r\n")}\r\nReport: ${report}\r\n`);
    const messages = (some: readonly Shortfall[]) => some.map((one) => this.#message(suite, one));
    for (const item of items) {
      const duration = durationOf(result, item.id) * 1000;
      const outcome = outcomeOf(result, item.id, shortfalls);
      const own = messages(shortfalls.filter(({ scenario }) => scenario === item.id));
      if (outcome === "failed") run.failed(item, own, duration);
      else if (outcome === "errored") run.errored(item, new vscode.TestMessage(whyInvalid(result, item.id)), duration);
      else if (outcome === "skipped") run.skipped(item);
      else run.passed(item, duration);
    }
    const whole = shortfalls.filter(({ scenario }) => scenario === undefined);
    if (whole.length > 0) run.failed(suite, messages(whole));
    else if (code === 2) run.errored(suite, new vscode.TestMessage(ran.summary));
  }

  #message(suite: vscode.TestItem, shortfall: Shortfall): vscode.TestMessage {
    const message = new vscode.TestMessage(shortfall.message);
    const outline = this.#files.outline(suite.id);
    const place = outline && placeOf(shortfall, outline);
    if (suite.uri && place) message.location = new vscode.Location(suite.uri, rangeOf(place));
    return message;
  }
}

const itemsOf = (items: vscode.TestItemCollection) => [...items].map(([, item]) => item);

function whyInvalid({ scenarios }: SuiteResult, scenario: string): string {
  return scenarios[scenario]?.repeats.find(({ invalid }) => invalid !== undefined)?.invalid ?? "";
}
