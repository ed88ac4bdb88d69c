import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { countOf, quantileOf } from "../../../src/suites/histograms.ts";
import { addTallies } from "../../../src/suites/load/addTallies.ts";
import { generate, type Send } from "../../../src/suites/load/generate.ts";
import type { Stretch } from "../../../src/suites/load/stretch.ts";
import { type GoodLimits, Tally } from "../../../src/suites/load/tally.ts";
import { Windows } from "../../../src/suites/load/windows.ts";
import type { Exchange } from "../../../src/suites/target.ts";

const ok = (sent: number, ended: number, more: Partial<Exchange> = {}): Exchange => ({
  outcome: "ok",
  sent,
  ended,
  ...more,
});
const seconds = () => performance.now() / 1000;

describe("what a window of a load counts", () => {
  it("are times of good answers alone: what fails fast is not fast", () => {
    const tally = new Tally([]);
    for (let i = 0; i < 6; i++)
      tally.add(i, {
        ...ok(i, i + 0.001, { firstToken: i + 0.0005, tokenTimes: [i + 0.0007], outputTokens: 9 }),
        outcome: "error",
        errorKind: "status",
      });
    for (let i = 0; i < 4; i++) tally.add(i, ok(i, i + 0.03, { firstToken: i + 0.01, tokenTimes: [i + 0.02] }));
    const { requests, errors, histograms } = tally.result();
    assert.deepEqual([requests, errors], [10, { status: 6 }]);
    for (const measure of ["duration", "service", "firstToken", "interToken"] as const) {
      const histogram = histograms[measure] ?? [];
      assert.equal(countOf(histogram), 4, measure);
      assert.ok(quantileOf(histogram, 0) > 0.009, measure);
    }
  });

  it("are good ones by the limits of one response: without a first token none of tokens is kept", () => {
    const good = (limits: GoodLimits, exchange: Exchange) => new Tally(limits).isGood(0, exchange);
    const first = [{ measure: "firstToken", limit: 0.5 }];
    assert.equal(good(first, ok(0, 0.1)), false);
    assert.equal(good(first, ok(0, 9, { firstToken: 0.4 })), true);
    assert.equal(good(first, ok(0, 9, { firstToken: 0.6 })), false);
    assert.equal(good([{ measure: "interToken", limit: 1 }], ok(0, 0.1)), false);
    // A stage that is told otherwise, or not at all, is held against no answer.
    assert.equal(good([{ measure: "stage:stt", limit: 1 }], ok(0, 0.1)), true);
    assert.equal(good([], { ...ok(0, 0.1), outcome: "error" }), false);
  });

  it("of users is each request by the share of its time, what is behind the end left out", () => {
    const windows = new Windows({ cuts: [1, 3], duration: 4, limits: [] });
    const shares = (from: number, to: number) => {
      const all = windows.tallies.map(() => 0);
      windows.share(from, to, (tally, share) => {
        all[windows.tallies.indexOf(tally)] = share;
      });
      return all;
    };
    assert.deepEqual(shares(1, 3), [0, 1, 0]);
    assert.deepEqual(shares(0, 4), [0.25, 0.5, 0.25]);
    assert.deepEqual(shares(2, 6), [0, 0.25, 0.25]);
    assert.deepEqual(shares(2, 2), [0, 1, 0]);
    assert.deepEqual(shares(5, 6), [0, 0, 0]);
  });
});

describe("a load that is generated", () => {
  const stretch: Stretch = {
    arrivals: { kind: "users", steps: [{ at: 0, users: 4 }], thinkTime: 0 },
    duration: 0.4,
    cuts: [0],
    timeout: 10,
    connections: 4,
    limits: [],
    seed: 1,
    thread: 0,
    threads: 1,
  };
  const answering =
    (milliseconds: number, more: Partial<Exchange> = {}): Send =>
    async () => {
      const sent = seconds();
      await sleep(milliseconds);
      return ok(sent, seconds(), more);
    };
  const run = async (change: Partial<Stretch>, send: Send, now = seconds) =>
    addTallies(await generate({ ...stretch, ...change }, send, now(), now).done);

  it("reaches no more of slow answers than came while it lasted, nor of their tokens", async () => {
    const { requests, reached, good, outputTokens } = await run({}, answering(300, { outputTokens: 30 }));
    assert.ok(requests >= 4);
    // None takes less than 300 ms of the 400, of each of four users; a timer may be a millisecond short.
    const most = (4 * 0.4) / 0.298;
    assert.ok(reached <= most && good <= reached && outputTokens <= 30 * most, `${reached} ${good} ${outputTokens}`);
    assert.ok(reached > 1);
  });

  it("of an open load reaches what began, whenever it is answered", async () => {
    const arrivals: Stretch["arrivals"] = {
      kind: "open",
      shape: { spacing: "even", segments: [{ duration: Number.POSITIVE_INFINITY, from: 50, to: 50 }] },
    };
    const { reached, good, outputTokens } = await run(
      { arrivals, connections: 99 },
      answering(300, { outputTokens: 2 }),
    );
    assert.deepEqual([reached, good, outputTokens], [20, 20, 40]);
  });

  it("begins nothing before its start, be a timer early", async () => {
    const begun: number[] = [];
    let start = 0;
    // Timers are a fifth early by this clock.
    const slow = () => seconds() * 0.8;
    const send: Send = async () => {
      begun.push(slow() - start);
      await sleep(20);
      return ok(slow(), slow());
    };
    start = slow() + 0.1;
    const [warmUp] = await generate({ ...stretch, arrivals: { ...stretch.arrivals } }, send, start, slow).done;
    assert.equal(warmUp?.intended, 0);
    assert.ok(begun.length > 0 && begun.every((at) => at >= 0), `${begun}`);
  });

  it("is of so many requests as it says, by however many threads", async () => {
    const count = async (change: Partial<Stretch>, threads: number) => {
      const all = Array.from({ length: threads }, (_, thread) =>
        run({ duration: Number.POSITIVE_INFINITY, ...change, thread, threads }, answering(1)),
      );
      return addTallies(await Promise.all(all)).requests;
    };
    assert.equal(await count({ count: 2 }, 4), 2);
    assert.equal(await count({ count: 11 }, 3), 11);
    const one = { kind: "users", steps: [{ at: 0, users: 1 }], thinkTime: 0 } as const;
    assert.equal(await count({ count: 10, arrivals: one }, 2), 10);
    const shape = { spacing: "even", segments: [{ duration: 100, from: 500, to: 500 }] } as const;
    assert.equal(await count({ count: 2, arrivals: { kind: "open", shape } }, 4), 2);
  });

  it("ends with its count, whoever still thinks", async () => {
    const arrivals = { kind: "users", steps: [{ at: 0, users: 4 }], thinkTime: 3600 } as const;
    const counted = await run({ duration: Number.POSITIVE_INFINITY, count: 4, arrivals }, answering(1));
    assert.equal(counted.requests, 4);
  });
});
