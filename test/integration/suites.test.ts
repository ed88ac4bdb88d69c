import assert from "node:assert/strict";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as vscode from "vscode";
import { until as poll } from "../support/until.ts";
import { inFolder } from "./support.ts";

/** Problems of ours, as `5:24 message`, lines and columns from 1. */
function problemsOf(file: string): string[] {
  return vscode.languages
    .getDiagnostics(vscode.Uri.file(file))
    .filter(({ source }) => source === "Agent Vitals")
    .map(({ range: { start }, message }) => `${start.line + 1}:${start.character + 1} ${message}`);
}

/** The problems of a file once they fit. */
async function problemsThat(file: string, what: string, suits: (problems: string[]) => boolean): Promise<string[]> {
  let last: string[] = [];
  return poll(what, () => {
    last = problemsOf(file);
    return suits(last) ? last : undefined;
  }).catch((error: Error) => {
    throw new Error(`${error.message}. Its problems: ${last.join("; ") || "none"}`);
  });
}

const saysNothing = (file: string) => problemsThat(file, "its problems are gone", ({ length }) => length === 0);

describe("A performance suite with errors", () => {
  const file = inFolder("broken.perf.json");
  const suite = (more: string) => `{
  "version": 1,
  "targets": { "server": { "kind": "http", "url": "http://127.0.0.1:1" } },
  "data": { "prompts": { "rows": [{ "prompt": "a" }] } },
  "scenarios": {
    "one": { "target": "server", "request": {}, "load": { "kind": "users", "users": 2 }${more} }
  }
}`;
  after(() => rmSync(file, { force: true }));

  it("shows them as Problems at their place without being opened", async () => {
    writeFileSync(file, suite(', "objectives": ["p95 < 2"]').replace('"target": "server"', '"target": "sever"'));
    const problems = await problemsThat(file, "its problems", ({ length }) => length === 2);
    assert.match(
      problems[0] ?? "",
      /^6:24 scenarios\.one\.target: there is no target "sever": did you mean "server"\?/,
    );
    assert.match(problems[1] ?? "", /^6:\d+ scenarios\.one\.objectives\[0\]: p95 needs a figure/);
  });

  it("loses them when it is mended in the editor, before it is saved", async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    await editor.edit((edit) => edit.replace(whole, suite("")));
    assert.equal(document.isDirty, true);
    await saysNothing(file);
    await editor.edit((edit) => edit.replace(whole, suite(', "data": "prompt"')));
    await problemsThat(file, "the new one", (all) => /there is no data "prompt"/.test(all.join()));
    await document.save();
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("tells of a data file that is not there until it is", async () => {
    const data = inFolder("prompts.jsonl");
    writeFileSync(file, suite("").replace('"rows": [{ "prompt": "a" }]', '"jsonl": "prompts.jsonl"'));
    const isMissing = /^4:35 data\.prompts\.jsonl: .*there is no such file/;
    await problemsThat(file, "it is told", ([one = ""]) => isMissing.test(one));
    writeFileSync(data, '{ "prompt": "a" }\n');
    await saysNothing(file);
    rmSync(data);
    await problemsThat(file, "it is told again", ({ length }) => length === 1);
  });

  it("takes them along when it is deleted", async () => {
    rmSync(file);
    await saysNothing(file);
  });
});

describe("A performance suite that is run", () => {
  const file = inFolder("quick.perf.json");
  let server: Server;

  before(async () => {
    server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    writeFileSync(
      file,
      `{
  "version": 1,
  "targets": { "server": { "kind": "http", "url": "http://127.0.0.1:${port}" } },
  "scenarios": {
    "hello": {
      "target": "server", "request": {}, "load": { "kind": "users", "users": 1, "thinkTime": "20ms" },
      "duration": "1s", "maxLateness": "10s",
      "objectives": [
        "errors < 50%",
        "p95 < 0.001ms"
      ]
    }
  }
}`,
    );
  });
  after(() => {
    server.close();
    rmSync(file, { force: true });
  });

  it("shows the objective that it missed at its line, and follows it there", async () => {
    // Ends when somebody answers its notification.
    void vscode.commands.executeCommand("agentVitals.runSuiteNow", { file });
    const [problem] = await problemsThat(file, "the missed objective", ({ length }) => length > 0);
    assert.match(problem ?? "", /^10:9 p95 < 0\.001ms is missed: /);
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), "  // what it is about\n"));
    await problemsThat(file, "it moves along", ([one]) => one?.startsWith("11:9 ") === true);
    await editor.edit((edit) => edit.replace(document.lineAt(10).range, '        "p95 < 10s"'));
    await saysNothing(file);
    await vscode.commands.executeCommand("workbench.action.files.save");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await vscode.commands.executeCommand("notifications.clearAll");
  });

  it("opens its report, which has no script", async () => {
    await vscode.commands.executeCommand("agentVitals.openSuiteReport", vscode.Uri.file(file));
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.ok(tab?.input instanceof vscode.TabInputCustom);
    assert.match(tab.label, /quick\.perf\.html$/);
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  });
});
