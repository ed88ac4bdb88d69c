import assert from "node:assert/strict";
import type { Reading } from "../../../src/model/series.ts";
import { RecentHeld } from "../../../src/record/recentHeld.ts";
import { SeriesBook } from "../../../src/record/seriesBook.ts";

describe("what was held over the last window", () => {
  const setUp = () => {
    const at = { clock: 0, now: 1000, turns: 0 };
    const recent = new RecentHeld({
      clock: () => at.clock,
      now: () => at.now,
      workOf: () => ({ turns: at.turns, responses: 2 * at.turns }),
    });
    recent.window = 144;
    recent.sink.run({ id: "r", agent: "a", number: 1, pid: 1, start: 990 });
    const book = new SeriesBook("a");
    /** A reading of the process's memory each `step` seconds. */
    const read = (value: number, step = 1, more: Reading[] = []) => {
      at.clock += step;
      at.now += step;
      at.turns += 3;
      recent.sink.readings([...book.at(at.now).add("process.memory.usage", value).all, ...more]);
    };
    const memory = () => recent.of("a")?.series.find(({ metric }) => metric === "process.memory.usage");
    return { at, recent, book, read, memory };
  };

  it("is kept within its window, by a clock that nobody sets", () => {
    const { at, recent, read, memory } = setUp();
    for (let i = 0; i < 200; i++) {
      // Somebody sets the clock, an hour forward and then a day back.
      if (i === 50) at.now += 3600;
      if (i === 100) at.now -= 86_400;
      read(i);
    }
    const { time = [], value = [] } = memory() ?? {};
    assert.equal(value.at(-1), 199);
    assert.equal(value.length, 145);
    assert.equal(time.at(-1), at.now);
    for (let i = 1; i < time.length; i++) assert.equal((time[i] ?? 0) - (time[i - 1] ?? 0), 1);
    const work = recent.of("a")?.work;
    assert.deepEqual([work?.turns.at(-1), work?.responses.at(-1), work?.time.length], [600, 1200, 145]);
  });

  it("holds no more points the oftener it is read, but their means", () => {
    const { read, memory } = setUp();
    for (let i = 0; i < 20_000; i++) read(i % 2, 0.01);
    const { value } = memory() ?? {};
    assert.ok(value && value.length <= 1441, `${value?.length}`);
    assert.ok(value?.slice(1, -1).every((one) => one > 0.3 && one < 0.7));
  });

  it("takes sockets of all states together, and nothing that is not held, of another run, or in a pause", () => {
    const { at, recent, book, read, memory } = setUp();
    const sockets = book
      .at(0)
      .add("agent_vitals.process.sockets", 3, { state: "established" })
      .add("agent_vitals.process.sockets", 4, { state: "close_wait" })
      .add("process.cpu.utilization", 1).all;
    read(1, 1, sockets);
    const held = () => recent.of("a")?.series.map(({ metric, value }) => [metric, ...value]);
    assert.deepEqual(held(), [
      ["process.memory.usage", 1],
      ["agent_vitals.process.sockets", 7],
    ]);
    recent.pause("a");
    recent.pause("a");
    read(2);
    recent.resume("a");
    read(3);
    recent.resume("a");
    read(4);
    assert.deepEqual([...(memory()?.value ?? [])], [1, 4]);
    recent.sink.run({ id: "r", agent: "a", number: 1, pid: 1, start: 990, end: at.now });
    assert.equal(recent.of("a"), undefined);
    read(5);
    recent.sink.run({ id: "s", agent: "a", number: 2, pid: 2, start: at.now });
    assert.deepEqual(recent.of("a")?.series, []);
  });
});
