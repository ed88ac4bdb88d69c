import assert from "node:assert/strict";
import { findInspector } from "../../../src/inputs/inspector/findInspector.ts";
import { until } from "../../support/until.ts";
import { Stage } from "./support.ts";

describe("an attachment", function () {
  this.timeout(60_000);
  const stage = new Stage();
  afterEach(() => stage.clear());

  it("is made by port and by WebSocket URL too", async () => {
    const agent = await stage.agent({ flags: ["--inspect=0"] });
    const port = Number((await findInspector(agent.pid))?.port);
    for (const target of [{ port }, { port, host: "localhost" }, { url: `http://127.0.0.1:${port}` }]) {
      const { inspector, told } = await stage.attach(target);
      assert.equal(inspector.pid, agent.pid);
      await told.nextRuntime();
      await inspector.detach();
    }
    const url = (await findInspector(agent.pid))?.url.href ?? "";
    assert.equal((await stage.attach({ url })).inspector.url, url);
  });

  it("asks nothing of the agent's own servers while it looks for the inspector", async () => {
    const agent = await stage.agent();
    await stage.attach({ pid: agent.pid });
    assert.equal(await agent.ask("requests", /requests \d+/), "requests 0");
  });

  it("is one of several: each gets the figures, and leaves without the others", async () => {
    const agent = await stage.agent();
    const first = await stage.attach({ pid: agent.pid });
    const second = await stage.attach({ pid: agent.pid });
    assert.ok(first.inspector.openedByUs && second.inspector.openedByUs);
    await Promise.all([first.told.nextRuntime(), second.told.nextRuntime()]);
    await first.inspector.detach();
    assert.match(first.told.logged.at(-1) ?? "", /stays open: another client is connected/);
    await second.told.nextRuntime();
    await second.inspector.detach();
    assert.equal(await findInspector(agent.pid), undefined);
    assert.match(await agent.ask("globals", /globals .*/), /globals $/);
  });

  it("leaves an inspector closed when several leave at the same moment", async () => {
    const agent = await stage.agent();
    const all = [await stage.attach({ pid: agent.pid }), await stage.attach({ pid: agent.pid })];
    await Promise.all(all.map(({ inspector }) => inspector.detach()));
    await until("no inspector", async () => (await findInspector(agent.pid)) === undefined);
  });

  it("leaves the inspector that it opened to a debugger that came later", async () => {
    const agent = await stage.agent();
    const { inspector, told } = await stage.attach({ pid: agent.pid });
    const debuggerSocket = new WebSocket(inspector.url);
    await new Promise((resolve) => debuggerSocket.addEventListener("open", resolve));
    await inspector.detach();
    assert.match(told.logged.at(-1) ?? "", /stays open: another client is connected/);
    assert.equal(debuggerSocket.readyState, WebSocket.OPEN);
    debuggerSocket.close();
    // Whoever of ours comes next closes it.
    await until("the debugger has gone", () => debuggerSocket.readyState === WebSocket.CLOSED);
    const next = await stage.attach({ pid: agent.pid });
    assert.ok(next.inspector.openedByUs);
    await next.inspector.detach();
    assert.equal(await findInspector(agent.pid), undefined);
  });

  it("is made to two agents at once, although both open the same port first", async () => {
    const agents = await Promise.all([stage.agent(), stage.agent()]);
    const attached = await Promise.all(agents.map(({ pid }) => stage.attach({ pid })));
    assert.deepEqual(
      attached.map(({ inspector }) => inspector.pid),
      agents.map(({ pid }) => pid),
    );
  });

  it("speaks CDP to the main thread, with a deadline, and with no answer after it has ended", async () => {
    const agent = await stage.agent();
    const { inspector } = await stage.attach({ pid: agent.pid });
    const usage = (await inspector.send("Runtime.getHeapUsage")) as { usedSize: number };
    assert.ok(usage.usedSize > 1e6);
    await assert.rejects(inspector.send("No.suchMethod"), /'No.suchMethod' wasn't found/);
    const never = { expression: "new Promise(() => {})", awaitPromise: true };
    await assert.rejects(
      inspector.send("Runtime.evaluate", never, 0.1),
      /did not answer Runtime.evaluate within 0.1 s/,
    );
    const contexts: unknown[] = [];
    const stop = inspector.on("Runtime.executionContextCreated", (context) => contexts.push(context));
    await inspector.send("Runtime.enable");
    assert.ok(contexts.length > 0);
    stop();
    const pending = assert.rejects(inspector.send("Runtime.evaluate", never), /was closed/);
    await inspector.detach();
    await pending;
    await assert.rejects(inspector.send("Runtime.getHeapUsage"), /was closed/);
  });

  it("tells when the agent is killed, and when somebody closes its inspector while it lives", async () => {
    const killed = await stage.agent();
    const first = await stage.attach({ pid: killed.pid });
    killed.child.kill("SIGKILL");
    await until("the end is told", () => first.told.ends.length > 0);
    assert.match(first.told.ends.join(), /^exited: Process \d+ \(Node [\d.]+\) has exited\.$/);

    const closed = await stage.agent();
    const second = await stage.attach({ pid: closed.pid });
    closed.tell("closeInspector");
    await until("the loss is told", () => second.told.ends.length > 0);
    assert.match(second.told.ends.join(), /^lost: .* lives on: somebody closed its inspector.* Attach again\.$/);
  });

  it("does not hold up the exit of an agent with worker threads", async () => {
    const agent = await stage.agent();
    await agent.ask("worker", /worker 1 online/);
    const { inspector } = await stage.attach({ pid: agent.pid });
    await until("one thread", () => inspector.threads === 1);
    agent.tell("exit 7");
    assert.ok((await agent.end()) < 2);
    assert.equal(agent.ended?.code, 7);
  });

  it("is made in the middle of a busy loop", async () => {
    const agent = await stage.agent();
    agent.tell("spin 4");
    await stage.attach({ pid: agent.pid });
    assert.match(await agent.ask("debugPort", /debugPort \d+/), /\d/);
  });

  it("ends in time when the agent is too busy to answer, and the agent is clean when it goes on", async () => {
    const agent = await stage.agent();
    const { inspector, told } = await stage.attach({ pid: agent.pid });
    agent.tell("block 3");
    // The agent must have begun to block.
    await until("no answer", () =>
      inspector.send("Runtime.getHeapUsage", {}, 0.2).then(
        () => false,
        () => true,
      ),
    );
    const begun = performance.now();
    await inspector.detach();
    assert.ok(performance.now() - begun < 2000);
    assert.match(told.logged.at(-1) ?? "", /its inspector could not be seen to close/);
    assert.match(await agent.ask("globals", /globals .*/), /globals $/);
    await until("no inspector", async () => (await findInspector(agent.pid)) === undefined);
  });
});
