import assert from "node:assert/strict";
import type { Response } from "../../../src/model/wire.ts";
import type { Monitor } from "../../../src/sdk/api.ts";
import { createMonitor } from "../../../src/sdk/index.ts";
import { OpenSocket, TOKEN } from "../socket/openSocket.ts";

/** What the collector gets of what is done with a connected monitor. */
async function responses(use: (monitor: Monitor) => unknown): Promise<Response[]> {
  await using open = await OpenSocket.start();
  const monitor = createMonitor({ socket: open.path, token: TOKEN });
  await use(monitor);
  await monitor.close();
  assert.deepEqual(open.rejected, {});
  return open.of("response");
}

const later = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("measure", () => {
  it("gives the result back, of functions and of promises, and times them", async () => {
    const [talker, thinker] = await responses(async (monitor) => {
      const result = { answer: 42 };
      assert.equal(
        monitor.measure("talker", () => result),
        result,
      );
      assert.equal(await monitor.measure("thinker", async () => later().then(() => result)), result);
    });
    assert.deepEqual([talker?.queryType, talker?.outcome, thinker?.queryType], ["talker", "ok", "thinker"]);
    assert.ok((talker?.duration ?? 1) < (thinker?.duration ?? 0));
    assert.ok((thinker?.duration ?? 0) >= 0.019);
    assert.ok(Math.abs((thinker?.start ?? 0) + (thinker?.duration ?? 0) - Date.now() / 1000) < 5);
  });

  it("throws the error on and tells its class, never its text", async () => {
    const seen = await responses(async (monitor) => {
      const error = new TypeError("the user said: secret");
      const thrower = () => {
        throw error;
      };
      assert.throws(
        () => monitor.measure("tool", thrower),
        (thrown) => thrown === error,
      );
      await assert.rejects(
        monitor.measure("tool", async () => thrower()),
        (thrown) => thrown === error,
      );
      await monitor.measure("tool", () => Promise.reject("a string")).catch(() => {});
    });
    assert.deepEqual(
      seen.map(({ outcome, errorType }) => [outcome, errorType]),
      [
        ["error", "TypeError"],
        ["error", "TypeError"],
        ["error", "string"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(seen), /secret/);
  });

  it("counts an abort as cancelled", async () => {
    const [aborted] = await responses(async (monitor) => {
      const aborts = async () => AbortSignal.abort().throwIfAborted();
      await assert.rejects(monitor.measure("talker", aborts), { name: "AbortError" });
    });
    assert.equal(aborted?.outcome, "cancelled");
  });

  it("keeps a promise that has methods of its own", async () => {
    class ApiPromise extends Promise<string> {
      withResponse = () => "raw";
    }
    const [seen] = await responses(async (monitor) => {
      const promise = new ApiPromise((resolve) => setTimeout(resolve, 20, "answer"));
      const measured = monitor.measure("talker", () => promise);
      assert.equal(measured.withResponse(), "raw");
      assert.equal(await measured, "answer");
      await later();
    });
    assert.ok((seen?.duration ?? 0) >= 0.019);
  });

  it("runs a lazy query once", async () => {
    let runs = 0;
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: query builders are such objects
      then: (resolve: (value: number) => void) => Promise.resolve(++runs).then(resolve),
    };
    const seen = await responses(async (monitor) => {
      assert.equal(await monitor.measure("rag_search", () => query), 1);
    });
    assert.deepEqual([runs, seen.length], [1, 1]);
  });

  it("takes any name for a query type, and the 257th and later ones as other", async () => {
    const odd = 'quote" back\\slash \n ü 🎙 \ud800';
    const seen = await responses(async (monitor) => {
      monitor.measure(odd, () => {});
      monitor.measure("", () => {});
      monitor.measure(undefined as never, () => {});
      monitor.measure(Symbol("s") as never, () => {});
      monitor.measure("x".repeat(1000), () => {});
      for (let i = 0; i < 300; i++) monitor.measure(`type ${i}`, () => {});
    });
    assert.equal(seen.length, 305);
    const names = seen.map(({ queryType }) => queryType);
    assert.deepEqual(names.slice(0, 4), [odd, "other", "other", "Symbol(s)"]);
    assert.equal(names[4], "x".repeat(256));
    assert.equal(new Set(names).size, 256);
    assert.equal(names.at(-1), "other");
  });
});

describe("trackResponseTime", () => {
  it("takes performance.now() and Date.now() values, and all details", async () => {
    const now = Date.now();
    const start = performance.now() - 250;
    const details = { turnId: "t1", outcome: "error", errorType: "E", model: 'q"3', inputTokens: 3, outputTokens: 4 };
    const [fromClock, fromDate] = await responses((monitor) => {
      monitor.trackResponseTime(start, start + 250, "talker", { ...(details as object), timeToFirstToken: 93 });
      monitor.trackResponseTime(now - 1500, now, "thinker");
    });
    const { start: at, ...rest } = fromClock ?? ({} as Response);
    const times = { duration: 0.25, timeToFirstToken: 0.093 };
    assert.deepEqual(rest, { type: "response", queryType: "talker", ...details, ...times });
    assert.ok(Math.abs(at * 1000 - (now - 250)) < 1000);
    assert.deepEqual([fromDate?.start, fromDate?.duration], [(now - 1500) / 1000, 1.5]);
  });

  it("does not count what can't be a duration, says so once, and cleans what the wire would not take", async () => {
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.message);
    process.on("warning", hear);
    const seen = await responses(async (monitor) => {
      for (let i = 0; i < 2; i++) monitor.trackResponseTime(Number.NaN, 1, "talker");
      monitor.trackResponseTime(20, 10, "talker");
      monitor.trackResponseTime(0, Number.POSITIVE_INFINITY, "talker");
      const odd = { outcome: "great", inputTokens: -1, outputTokens: 1.4, timeToFirstToken: Number.NaN, model: "" };
      monitor.trackResponseTime(10, 20, "talker", odd as object);
      await later();
    });
    process.off("warning", hear);
    assert.deepEqual(
      seen.map(({ start, ...rest }) => rest),
      [{ type: "response", queryType: "talker", duration: 0.01, outcome: "ok", outputTokens: 1 }],
    );
    assert.equal(warnings.length, 3);
    assert.match(warnings[0] ?? "", /from NaN to 1 is no duration/);
  });
});
