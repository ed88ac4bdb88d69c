import assert from "node:assert/strict";
import { NODE_MAJORS, nodeBinary } from "../../../scripts/nodeVersions.ts";
import { findInspector } from "../../../src/inputs/inspector/findInspector.ts";
import { until } from "../../support/until.ts";
import { type Program, Stage } from "./support.ts";

function exitCode(agent: Program): number | null | undefined {
  return agent.ended?.code;
}

for (const major of NODE_MAJORS) {
  describe(`an agent on Node ${major}`, function () {
    this.timeout(60_000);
    const stage = new Stage();
    let node: string;
    before(async function () {
      this.timeout(300_000);
      node = await nodeBinary(major);
    });
    afterEach(() => stage.clear());

    it("that was started without a flag is attached to by pid, and left as it was", async () => {
      const agent = await stage.agent({ node });
      const globals = await agent.ask("globals", /globals .*/);
      const { inspector, told } = await stage.attach({ pid: agent.pid });
      assert.equal(inspector.pid, agent.pid);
      assert.match(inspector.runtime, new RegExp(`^Node ${major}\\.`));
      assert.ok(inspector.openedByUs);
      assert.notEqual(new URL(inspector.url).port, "9229");
      assert.match(
        told.logged.join(),
        /^info: Opened the inspector of process \d+ at 127\.0\.0\.1:\d+: a debugging port/,
      );
      await told.nextRuntime();

      const begun = performance.now();
      await inspector.detach();
      assert.ok(performance.now() - begun < 2000);
      assert.equal(await findInspector(agent.pid), undefined);
      assert.equal(await agent.ask("globals", /globals .*/), globals);
      assert.equal(await agent.ask("debugPort", /debugPort .*/), "debugPort 9229");
      assert.deepEqual(told.ends, []);
      assert.equal(agent.ended, undefined);
      agent.tell("exit 7");
      await agent.end();
      assert.equal(exitCode(agent), 7);
    });

    it("whose inspector was open before keeps it open", async () => {
      const agent = await stage.agent({ node, flags: ["--inspect=0"] });
      const { inspector, told } = await stage.attach({ pid: agent.pid });
      assert.ok(!inspector.openedByUs);
      await inspector.detach();
      assert.equal((await findInspector(agent.pid))?.url.href, inspector.url);
      assert.deepEqual(told.logged, []);
    });

    for (const [how, line, code] of [
      ["process.exit", "exit 7", 7],
      ["an uncaught exception", "fail", 1],
      ["its natural end", "end 7", 7],
    ] as const) {
      it(`exits at once with its own code by ${how}`, async () => {
        const agent = await stage.agent({ node });
        const { told } = await stage.attach({ pid: agent.pid });
        agent.tell(line);
        assert.ok((await agent.end()) < 2);
        assert.equal(exitCode(agent), code);
        await until("the end is told", () => told.ends.length > 0);
        assert.deepEqual(told.ends, [
          `exited: Process ${agent.pid} (${/Node \S+(?=\))/.exec(told.ends[0] ?? "")?.[0]}) has exited.`,
        ]);
      });
    }

    it("has its worker threads measured, those that start later too, and their ends cost nothing", async () => {
      const agent = await stage.agent({ node });
      await agent.ask("worker", /worker 1 online/);
      const { inspector, told } = await stage.attach({ pid: agent.pid });
      await until("one thread", () => inspector.threads === 1);
      await agent.ask("worker", /worker 2 online/);
      await until("two threads", () => inspector.threads === 2);
      await told.nextRuntime(2);
      await agent.ask("endWorker 3", /worker exit 3/);
      await until("one thread", () => inspector.threads === 1);
      await agent.ask("terminateWorker", /worker exit 1/);
      await until("no thread", () => inspector.threads === 0);
      assert.deepEqual(told.counts, [1, 2, 1, 0]);
      assert.deepEqual(told.logged.slice(1), []);
      await agent.ask("worker", /worker 3 online/);
      await until("one thread", () => inspector.threads === 1);
      await inspector.detach();
      agent.tell("exit 7");
      assert.ok((await agent.end()) < 2);
      assert.equal(exitCode(agent), 7);
    });
  });
}
