import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readDocuments } from "../../examples/agent/src/documents.ts";
import { type EmbeddedModelServer, startEmbeddedModelServer } from "../../examples/agent/src/model/embedded.ts";
import { until } from "../support/until.ts";
import { useWorkbench } from "./support/workbench.ts";

const talkative = fileURLToPath(new URL("fixtures/talkative.mjs", import.meta.url));

describe("An agent that was started long before VS Code, in another terminal, without any flag or client", () => {
  let models: EmbeddedModelServer;
  let agent: ChildProcess;
  before(async () => {
    models = await startEmbeddedModelServer(readDocuments());
    // As a terminal outside of VS Code has it: nothing of ours in its environment.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AGENT_VITALS|OTEL)/.test(name)));
    agent = spawn(process.execPath, [talkative, models.baseUrl], { env, stdio: "ignore" });
  });
  const workbench = useWorkbench({
    fixture: "test/fixtures/workspaces/main",
    settings: { "agentVitals.thresholds": {} },
  });
  after(async () => {
    agent.kill();
    await models.close();
  });

  it("is attached to by pid, and says what it means to open its inspector", async () => {
    const { page } = workbench();
    await until("the extension is there", async () => (await workbench().statusText()) === "no agent");
    await workbench().runCommand("Agent Vitals: Attach to Process…");
    await workbench().pick("node talkative.mjs", String(agent.pid));
    const dialog = page.locator(".monaco-dialog-box");
    await dialog.getByText("a debugging port on 127.0.0.1").waitFor();
    await workbench().screenshot("attach-explained");
    await dialog.getByRole("button", { name: "Open Inspector" }).click();
  });

  it("has its talker's latency in the status bar", async () => {
    await until("the status bar tells it", async () => /talker \d+(\.\d+)? m?s/.test(await workbench().statusText()));
    const hover = await workbench().hoverStatusItem();
    assert.match(hover, /talkative\.mjs/);
    assert.match(hover, /Talker/);
    await workbench().page.waitForTimeout(500);
    await workbench().screenshot("attached-status");
    await workbench().page.mouse.move(700, 300);
  });

  it("is left clean, and running, when it is detached from", async () => {
    await workbench().runCommand("Agent Vitals: Detach from Process");
    await until("it is forgotten", async () => (await workbench().statusText()) === "no agent");
    assert.equal(agent.exitCode, null);
  });
});
