import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { watchConfig } from "../../../src/collector/config/watchConfig.ts";
import { until } from "../../support/until.ts";
import { Workspace } from "./support.ts";

describe("watching the config file", () => {
  let workspace: Workspace;
  let changes: number;
  let stop: () => void;
  beforeEach(() => {
    workspace = new Workspace();
    changes = 0;
    stop = watchConfig([workspace.folder], () => changes++);
  });
  afterEach(() => {
    stop();
    workspace.remove();
  });

  it("sees it being made with its folder, written, replaced and removed", async () => {
    workspace.write("{}");
    await until("the file made", () => changes === 1);
    workspace.write('{ "version": 1 }');
    await until("the file written", () => changes === 2);
    workspace.write("{ }", ".vscode/new.json");
    renameSync(join(workspace.folder, ".vscode/new.json"), workspace.file);
    await until("the file replaced", () => changes === 3);
    rmSync(join(workspace.folder, ".vscode"), { recursive: true });
    await until("the file removed", () => changes === 4);
    workspace.write("{}");
    await until("the file made again", () => changes === 5);
  });

  it("takes several writes at once for one change, and other files for none", async () => {
    workspace.write("{}");
    await until("the file made", () => changes === 1);
    for (let i = 0; i < 5; i++) workspace.write(`{ "version": ${i} }`);
    workspace.write("{}", ".vscode/settings.json");
    await until("the last write", () => changes === 2);
    workspace.write("{ }", ".vscode/tasks.json");
    workspace.write("[ ]");
    await until("the next write", () => changes === 3);
    assert.equal(changes, 3);
  });
});
