import assert from "node:assert/strict";
import { once } from "node:events";
import { NODE_MAJORS, nodeBinary } from "../../../../scripts/nodeVersions.ts";
import { type ModelServer, startModelServer } from "../../../fixtures/probe/modelServer.ts";
import { until } from "../../../support/until.ts";
import { type Agent, type Client, type Measured, startAgent } from "./attached.ts";

const CHAT = "/v1/chat/completions";

interface State {
  same: boolean[];
  methods: boolean[];
  outgoing: boolean[];
  sessionRequest: boolean[];
  globals: string[];
  listeners: number[];
}

for (const major of NODE_MAJORS) {
  describe(`The probe's life in an agent on Node ${major}`, () => {
    let server: ModelServer;
    let agent: Agent;
    let client: Client;

    before(async function () {
      this.timeout(180_000);
      await nodeBinary(major);
      server = await startModelServer();
    });

    after(() => server?.stop());

    beforeEach(async () => {
      agent = await startAgent(await nodeBinary(major));
      await agent.order("open", { url: server.http2 });
      client = await agent.attach();
    });

    afterEach(() => agent.stop());

    const call = (via: string, model: string) => {
      const url = `${via === "http2" ? server.http2 : server.http}${CHAT}`;
      return agent.order<Measured>("call", { via, url, body: { model, stream: true } });
    };
    const callAll = async (model: string) => {
      for (const via of ["fetch", "http", "http2"]) assert.equal((await call(via, model)).status, 200);
    };
    const told = (from: Client, model: string) => from.calls().filter((each) => each.model === model);

    it("leaves nothing behind when its only listener goes", async () => {
      await callAll("before"); // Node's own lazily made globals are there now.
      const before = await agent.order<State>("state");
      await client.install();
      assert.equal(await client.install(), "renewed");
      const { methods, sessionRequest } = await agent.order<State>("state");
      const tapped = major < 22; // From there on channels tell of every request.
      assert.deepEqual([methods, sessionRequest], [[tapped, tapped, false], [!tapped]]);
      assert.deepEqual(await agent.order("shape"), { names: ["write", "end"], lengths: [3, 3] });
      await callAll("during");
      await until("all three", () => told(client, "during").length === 3);
      assert.equal(await client.remove(), true);
      const batches = client.batches.length;
      await callAll("after");
      assert.deepEqual(await agent.order<State>("state"), before);
      await new Promise((resolve) => setTimeout(resolve, 1200));
      assert.equal(client.batches.length, batches, "no timer is left");
    });

    it("tells what had ended when it is taken out, and finishes nothing later", async () => {
      await client.install();
      await call("http", "last");
      const open = agent.order("call", {
        via: "http",
        url: server.http + CHAT,
        body: { model: "open", stream: true, order: { gap: 30 } },
      });
      await client.remove();
      assert.equal(told(client, "last").length, 1);
      await open;
      assert.equal(told(client, "open").length, 0);
    });

    it("serves two listeners with one measurement, until both have gone", async () => {
      const other = await agent.attach();
      await client.install();
      assert.equal(await other.install("__other"), "installed");
      await callAll("both");
      await until("both to be told", () => told(client, "both").length === 3 && told(other, "both").length === 3);
      await client.remove();
      await callAll("one");
      await until("the other to be told", () => told(other, "one").length === 3);
      assert.equal(told(client, "one").length, 0);
      await other.remove("__other");
      assert.deepEqual(await leftovers(agent), []);
    });

    it("goes by itself when its binding has gone", async () => {
      await client.install();
      await client.evaluate("delete globalThis.__tell");
      await until("the probe to go", async () => (await leftovers(agent)).length === 0);
      assert.equal(await client.evaluate("typeof globalThis.__tell"), "undefined");
      assert.equal(await client.install(), "installed");
    });

    it("says that the binding is missing instead of measuring for nobody", async () => {
      const { installExpression } = await import("../../../../src/inputs/inspector/probe/expression.ts");
      assert.equal(await client.evaluate(installExpression({ binding: "__nobody", thread: 0 })), "unbound");
      assert.deepEqual(await leftovers(agent), []);
    });

    it("stays silent under functions that somebody has wrapped meanwhile", async () => {
      await client.install();
      await agent.order("wrap");
      await callAll("wrapped");
      await until("three", () => told(client, "wrapped").length === 3);
      await client.remove();
      await callAll("gone");
      await client.install();
      await callAll("again");
      await until("three", () => told(client, "again").length === 3);
      assert.equal(told(client, "gone").length, 0);
      assert.equal(told(client, "wrapped").length, 3);
    });

    it("does not keep an agent that is done", async () => {
      await client.install();
      await call("http", "last");
      const exited = once(agent.process, "exit");
      void agent.order("leave");
      await until(
        "the agent at its end",
        () => told(client, "last").length === 1 && agent.stderr().includes("Waiting for"),
      );
      client.close();
      assert.deepEqual(await exited, [0, null]);
    });

    it("lets an agent crash as it would, and tells why", async () => {
      for (const [order, figure] of [
        ["reject", "unhandledRejections"],
        ["throw", "uncaughtExceptions"],
      ] as const) {
        const crashing = await startAgent(await nodeBinary(major));
        try {
          const watching = await crashing.attach();
          await watching.install();
          const exited = once(crashing.process, "exit");
          void crashing.order(order);
          const last = await until("word of the crash", () => watching.runtimes().find((each) => each[figure] > 0));
          assert.equal(last.unhandledRejections + last.uncaughtExceptions, 1);
          watching.close();
          assert.deepEqual(await exited, [1, null]);
          assert.match(crashing.stderr(), /by order/);
        } finally {
          await crashing.stop();
        }
      }
    });

    it("reads the runtime once a second", async () => {
      await client.install();
      const first = await until("a first reading", () => client.runtimes()[0]);
      await agent.order("block", { ms: 300 });
      await agent.order("collect");
      await agent.order("warn", { name: "OrderedWarning" });
      const second = await until("another", () => client.runtimes()[1]);
      const time = second.time - first.time;
      assert.ok(time > 0.9, `${time} s between two readings`);
      assert.ok(first.eventLoopDelay.p50 < 0.1, `an idle loop is not late: ${first.eventLoopDelay.p50} s`);
      assert.ok(second.eventLoopDelay.max >= 0.2, `blocked for 300 ms, told ${second.eventLoopDelay.max} s`);
      assert.ok(second.eventLoopUtilization > 0.1 && second.eventLoopUtilization <= 1);
      assert.ok(second.gc.count >= 1 && (second.gc.kinds.major ?? 0) > 0);
      assert.ok(second.gc.max > 0 && second.gc.max <= second.gc.duration);
      assert.deepEqual(second.warnings, { OrderedWarning: 1 });
      const { memory } = second;
      const { heapAfter = 0 } = second.gc;
      assert.ok(heapAfter > 1e6 && heapAfter <= memory.heapUsed, `${heapAfter} after collection`);
      assert.ok(memory.rss > memory.heapUsed && memory.heapLimit > memory.heapTotal);
      const spaces = memory.heapSpaces.reduce((sum, { used }) => sum + used, 0);
      assert.ok(Math.abs(spaces - memory.heapUsed) / memory.heapUsed < 0.2, `${spaces} of ${memory.heapUsed}`);
      assert.ok((second.activeResources.TCPSocketWrap ?? 0) >= 1, "the open session");
      assert.deepEqual([second.uncaughtExceptions, second.unhandledRejections], [0, 0]);
    });
  });
}

/** What of the probe is still on the agent's global object. */
async function leftovers(agent: Agent): Promise<string[]> {
  const { globals } = await agent.order<State>("state");
  return globals.filter((name) => name.includes("agent-vitals"));
}
