import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { useWorkbench } from "./support/workbench.ts";

/** Opens a connection to itself five times a second, and keeps it. */
const AGENT = `import { connect, createServer } from "node:net";

const kept = [];
const server = createServer((socket) => kept.push(socket)).listen(0, "127.0.0.1");
setInterval(() => {
  if (kept.length < 2000) kept.push(connect(server.address().port, "127.0.0.1"));
}, 200);
`;
const LINE = AGENT.split("\n").findIndex((line) => line.includes("kept.push(connect")) + 1;

describe("A developer who looks into an agent", () => {
  const workbench = useWorkbench({ fixture: "test/fixtures/workspaces/main" });

  before(() => {
    const { folder } = workbench();
    mkdirSync(join(folder, ".vscode"), { recursive: true });
    writeFileSync(join(folder, "opening.mjs"), AGENT);
    const agent = { name: "opening", command: "node", args: ["opening.mjs"] };
    writeFileSync(join(folder, ".vscode", "agent-vitals.json"), JSON.stringify({ version: 1, agents: [agent] }));
  });

  const rows = (text: string | RegExp) =>
    workbench().page.locator(".quick-input-list .monaco-list-row", { hasText: text });
  const button = (name: string) =>
    workbench().page.locator(`.quick-input-titlebar .action-label[aria-label*="${name}"]`);

  it("lists what it has open, and comes from a row to the line that opens it", async () => {
    const { page } = workbench();
    await until("the status bar offers it", async () => (await workbench().statusText()) === "Start opening");
    await workbench().statusItem.click();
    await until("it runs", async () => !(await workbench().statusText()).startsWith("Start"));
    await workbench().runCommand("Agent Vitals: Open Files and Sockets");
    const title = page.locator(".quick-input-title");
    await until("what is open", async () => /opening: \d+ descriptors: /.test((await title.textContent()) ?? ""));
    await button("Note Where New Ones Are Opened").click();
    await button("End Noting").waitFor();
    await until("the line of some", async () => {
      await button("Read Again").click();
      await page.waitForTimeout(500);
      return (await rows(`opening.mjs:${LINE}`).count()) > 0;
    });
    const row = (await rows(`opening.mjs:${LINE}`).first().textContent()) ?? "";
    assert.match(row, /TCP sockets?.*127\.0\.0\.1:\d+, established/);
    await workbench().screenshot("open-handles-dark");
    await rows(`opening.mjs:${LINE}`).first().click();
    await page.locator(".tab.active", { hasText: "opening.mjs" }).waitFor();
    await page.locator("#status\\.editor\\.selection", { hasText: `Ln ${LINE},` }).waitFor();
  });

  it("reads where its memory is, and collects its garbage", async () => {
    const { page } = workbench();
    await workbench().runCommand("Agent Vitals: Heap Summary");
    await page.locator(".view-lines", { hasText: "Memory of opening" }).waitFor();
    const text = async () => ((await page.locator(".view-lines").first().textContent()) ?? "").replace(/\u00a0/g, " ");
    for (const part of [/Resident \(RSS\) +\| +[\d.]+ MiB/, /Main thread/, /old space/])
      assert.match(await text(), part);
    await workbench().screenshot("heap-summary-dark");
    await workbench().runCommand("Agent Vitals: Collect Garbage Now");
    const told = page.locator(".notifications-center.visible");
    await until("what was freed", async () => {
      if ((await told.count()) === 0) await workbench().runCommand("Notifications: Show Notifications");
      return /opening: freed .* of heap in .*; the process has/.test((await told.allInnerTexts()).join());
    });
    await workbench().screenshot("collected-garbage-dark");
  });
});
