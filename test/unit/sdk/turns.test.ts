import assert from "node:assert/strict";
import { build } from "esbuild";
import type { Monitor } from "../../../src/sdk/api.ts";
import { createMonitor } from "../../../src/sdk/index.ts";
import { OpenSocket, TOKEN } from "../socket/openSocket.ts";

async function collect(use: (monitor: Monitor) => unknown): Promise<OpenSocket> {
  const open = await OpenSocket.start();
  const monitor = createMonitor({ socket: open.path, token: TOKEN });
  await use(monitor);
  await monitor.close();
  assert.deepEqual(open.rejected, {});
  return open;
}

describe("A response under way", () => {
  it("counts once, with first token, tokens and model", async () => {
    await using open = await collect((monitor) => {
      const response = monitor.startResponse("talker", { turnId: "t", model: "small" });
      response.firstToken();
      response.tokens({ input: 7 });
      response.tokens({ output: 9 });
      response.model("qwen3:8b");
      response.end();
      response.end("error");
    });
    const [{ start: _, duration, timeToFirstToken, ...rest } = assert.fail(), ...others] = open.of("response");
    const known = { turnId: "t", model: "qwen3:8b", inputTokens: 7, outputTokens: 9 };
    assert.deepEqual(rest, { type: "response", queryType: "talker", outcome: "ok", ...known });
    assert.ok(timeToFirstToken !== undefined && timeToFirstToken <= duration);
    assert.deepEqual(others, []);
  });

  it("ends with its block, unless it ended before", async () => {
    await using open = await collect((monitor) => {
      {
        using _response = monitor.startResponse("talker");
      }
      {
        using response = monitor.startResponse("thinker");
        response.end("error", "TimeoutError");
      }
    });
    const ends = open.of("response").map(({ queryType, outcome, errorType }) => [queryType, outcome, errorType]);
    assert.deepEqual(ends, [
      ["talker", "ok", undefined],
      ["thinker", "error", "TimeoutError"],
    ]);
  });
});

describe("A turn", () => {
  it("carries its id into its responses and marks, and counts once", async () => {
    await using open = await collect((monitor) => {
      const turn = monitor.startTurn();
      turn.mark("end_of_utterance");
      turn.response("talker").end();
      turn.measure("rag_search", () => {});
      turn.mark("first_audio");
      turn.end();
      turn.end("error");
      monitor.startTurn({ id: "mine" }).end("error");
      monitor.mark("ready");
    });
    const [turn, mine, ...others] = open.of("turn");
    assert.equal(others.length, 0);
    assert.deepEqual([turn?.outcome, mine?.id, mine?.outcome], ["ok", "mine", "error"]);
    assert.deepEqual(
      open.of("response").map(({ turnId }) => turnId),
      [turn?.id, turn?.id],
    );
    assert.deepEqual(
      open.of("mark").map(({ name, turnId }) => [name, turnId]),
      [
        ["end_of_utterance", turn?.id],
        ["first_audio", turn?.id],
        ["ready", undefined],
      ],
    );
    const times = open.of("mark").map(({ time }) => time);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  it("that the user broke off is interrupted and cancelled, not failed", async () => {
    await using open = await collect((monitor) => {
      using turn = monitor.startTurn();
      turn.interrupted();
    });
    const [turn] = open.of("turn");
    assert.deepEqual([turn?.outcome, turn?.interrupted], ["cancelled", true]);
  });
});

describe("The decorator timed", () => {
  it("measures every call of a method, with its this, arguments and result", async () => {
    const source = `
      export const agentClass = (monitor) => class Agent {
        greeting = "hello";
        @monitor.timed("talker") greet(name) { return this.greeting + " " + name; }
        @monitor.timed("thinker") async think() { throw new RangeError("no"); }
      };`;
    const built = await build({
      stdin: { contents: source, loader: "ts" },
      target: "es2022",
      format: "esm",
      write: false,
    });
    const { agentClass } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0]?.text ?? "")}`);
    await using open = await collect(async (monitor) => {
      const agent = new (agentClass(monitor))();
      assert.equal(agent.greet("you"), "hello you");
      await assert.rejects(agent.think(), RangeError);
    });
    const seen = open.of("response").map(({ queryType, outcome }) => [queryType, outcome]);
    assert.deepEqual(seen, [
      ["talker", "ok"],
      ["thinker", "error"],
    ]);
    assert.equal(new (agentClass(createMonitor({ socket: "" })))().greet("me"), "hello me");
  });
});
