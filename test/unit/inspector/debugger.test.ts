import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findInspector } from "../../../src/inputs/inspector/findInspector.ts";
import { takeHeapSnapshot } from "../../../src/inputs/inspector/heapSnapshot.ts";
import { until } from "../../support/until.ts";
import { type DebuggerProxy, debuggerProxy } from "./debuggerProxy.ts";
import { type Program, Stage } from "./support.ts";

describe("an attachment through a debugger's proxy", function () {
  this.timeout(30_000);
  const stage = new Stage();
  let agent: Program;
  let proxy: DebuggerProxy;

  beforeEach(async () => {
    agent = await stage.agent({ flags: ["--inspect=0"] });
    const inspector = await findInspector(agent.pid);
    assert.ok(inspector);
    proxy = await debuggerProxy(inspector.url);
  });
  afterEach(async () => {
    await stage.clear();
    proxy.close();
  });

  it("gets the probe's reports, and events that are asked for later", async () => {
    const { inspector, told } = await stage.attach({ url: proxy.url, debugger: true });
    assert.deepEqual([inspector.pid, inspector.debugger, inspector.openedByUs], [agent.pid, true, false]);
    await told.nextRuntime();
    const contexts: unknown[] = [];
    inspector.on("Runtime.executionContextCreated", (context) => contexts.push(context));
    await inspector.send("Runtime.enable");
    await until("a context", () => contexts.length > 0);
  });

  it("gives a heap snapshot too", async () => {
    const { inspector } = await stage.attach({ url: proxy.url, debugger: true });
    const folder = mkdtempSync(join(tmpdir(), "av-heap-"));
    try {
      const { file } = await takeHeapSnapshot(inspector, join(folder, "one.heapsnapshot"));
      assert.ok(JSON.parse(readFileSync(file, "utf8")).nodes.length > 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("sends nothing that disturbs the debug session, and leaves it and its inspector when it ends", async () => {
    const { inspector, told } = await stage.attach({ url: proxy.url, debugger: true });
    await told.nextRuntime();
    await inspector.detach();
    assert.deepEqual([...new Set(proxy.sent)].sort(), [
      "JsDebug.subscribe",
      "Runtime.addBinding",
      "Runtime.evaluate",
      "Runtime.removeBinding",
    ]);
    assert.match(await agent.ask("globals", /globals .*/), /globals $/);
    await (await stage.attach({ url: proxy.url, debugger: true })).told.nextRuntime();
  });

  it("is told when the agent ends, and when only the debug session does", async () => {
    const first = await stage.attach({ url: proxy.url, debugger: true });
    agent.tell("exit 7");
    assert.ok((await agent.end()) < 2);
    assert.equal(agent.ended?.code, 7);
    await until("the end is told", () => first.told.ends.length > 0);
    assert.match(first.told.ends.join(), /^exited:/);

    const another = await stage.agent({ flags: ["--inspect=0"] });
    const session = await debuggerProxy((await findInspector(another.pid))?.url ?? new URL("ws://127.0.0.1:1"));
    const second = await stage.attach({ url: session.url, debugger: true });
    session.close();
    await until("the loss is told", () => second.told.ends.length > 0);
    assert.match(second.told.ends.join(), /^lost:.*lives on/);
  });
});
