import assert from "node:assert/strict";
import * as vscode from "vscode";
import { agent, agentThat, fixtureConfig, inFolder, until, writeConfig } from "./support.ts";

describe("A config file with errors", () => {
  after(() => writeConfig(fixtureConfig));

  it("shows them as Problems in that file, and the rest of it works", async () => {
    writeConfig(`{
  "version": 1,
  "agents": [
    { "name": "good", "command": "node", "args": ["agent.mjs"] },
    { "name": "bad", "command": "node", "thresholds": { "talker": "2 sec" } },
    { "name": "typo", "comand": "node" }
  ]
}`);
    const uri = vscode.Uri.file(inFolder(".vscode", "agent-vitals.json"));
    const ours = () => vscode.languages.getDiagnostics(uri).filter((d) => d.source === "Agent Vitals");
    const problems = await until("problems appear", () => (ours().length >= 2 ? ours() : undefined));
    assert.ok(
      problems.some((p) => p.range.start.line === 4 && /2 sec/.test(p.message)),
      JSON.stringify(problems),
    );
    assert.ok(
      problems.some((p) => p.range.start.line === 5 && /comand/.test(p.message)),
      JSON.stringify(problems),
    );
    const good = await agentThat("good", "is there", (a) => a.launchable);
    assert.equal(good.status, "idle");
  });

  it("loses its Problems when it is mended", async () => {
    writeConfig(fixtureConfig);
    const uri = vscode.Uri.file(inFolder(".vscode", "agent-vitals.json"));
    await until("the problems are gone", () => vscode.languages.getDiagnostics(uri).length === 0);
    await until("the agent named there is gone", async () => ((await agent("good")) === undefined ? true : undefined));
  });
});

describe("The dashboard", () => {
  it("opens as one panel and comes to the front again", async () => {
    const tabs = () =>
      vscode.window.tabGroups.all.flatMap((g) => g.tabs).filter((t) => t.input instanceof vscode.TabInputWebview);
    await vscode.commands.executeCommand("agentVitals.openDashboard");
    await until("its tab is there", () => tabs().length === 1);
    await vscode.commands.executeCommand("agentVitals.openDashboard");
    assert.equal(tabs().length, 1);
  });
});
