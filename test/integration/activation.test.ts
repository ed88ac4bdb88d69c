import assert from "node:assert/strict";
import { commands, extensions, workspace } from "vscode";

describe("The extension in VS Code", () => {
  const extension = extensions.getExtension("agent-vitals.agent-vitals");

  it("is known to VS Code and activates", async () => {
    assert.ok(extension, "VS Code doesn't list agent-vitals.agent-vitals");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("registers every command that its manifest contributes", async () => {
    const registered = new Set(await commands.getCommands(true));
    const contributed = (extension?.packageJSON.contributes?.commands ?? []) as { command: string }[];
    const missing = contributed.map(({ command }) => command).filter((command) => !registered.has(command));
    assert.ok(contributed.length > 0, "the manifest contributes no command");
    assert.deepEqual(missing, []);
  });

  it("runs in the workspace that the tests prepared", () => {
    assert.equal(workspace.workspaceFolders?.length, 1);
  });
});
