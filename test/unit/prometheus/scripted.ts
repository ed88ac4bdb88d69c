/** A scripted quarter of an hour of two agents and their machine, told second by second. */

import { random as seeded } from "../../../src/model/random.ts";
import type { Reading, RecordedResponse, RecordSink, Series } from "../../../src/model/series.ts";

export const SECONDS = 900;
const CRASH = 400;
const RESTART = 410;

export interface Scripted {
  start: number;
  /** Unix seconds of the script's clock. */
  now(): number;
  /** Goes through all of it; `each` is called after each second. */
  tell(sink: RecordSink, each: (second: number) => void | Promise<void>): Promise<void>;
}

/** @param start Unix seconds, a multiple of a minute */
export function script(start: number): Scripted {
  let clock = start;
  const random = seeded(7);
  const helper = (metric: string, attributes?: Record<string, string>, unit?: string): Series => ({
    metric,
    agent: "helper",
    ...(attributes && { attributes }),
    ...(unit && { unit }),
  });
  const memory = helper("process.memory.usage");
  const sockets = ["established", "listen"].map((state) => helper("agent_vitals.process.sockets", { state }));
  const own = helper("cache.hit ratio", { "db.system": 'sql"ite\\' }, "1");
  const cpu: Series = { metric: "system.cpu.utilization" };
  const cores = ["0", "1"].map((n): Series => ({ metric: cpu.metric, attributes: { "cpu.logical_number": n } }));
  const gpu: Series = { metric: "hw.gpu.utilization", attributes: { "hw.id": "0", "hw.name": "Card" } };

  const readings = (second: number, time: number): Reading[] => {
    const alive = second < CRASH || second >= RESTART;
    const all: Reading[] = [{ series: cpu, time, value: (Math.sin(second / 40) + 1) / 2 }];
    for (const series of cores) all.push({ series, time, value: random() });
    // A tool that was away for a while.
    if (second < 200 || second > 330) all.push({ series: gpu, time, value: random() });
    if (alive) {
      all.push({ series: memory, time, value: 1e8 + second * 1e5 + (second === 123 ? 9e9 : 0) });
      for (const [i, series] of sockets.entries()) all.push({ series, time, value: i + (second % 17) });
      if (second % 10 === 3) all.push({ series: own, time, value: random() });
    }
    return all;
  };

  const response = (queryType: string, end: number): RecordedResponse => {
    const duration = (queryType === "talker" ? 0.6 : 4) * Math.exp(1.2 * (random() - 0.5)) * (random() < 0.02 ? 5 : 1);
    const chance = random();
    const outcome = chance < 0.03 ? "error" : chance < 0.05 ? "cancelled" : "ok";
    return { queryType, start: end - duration, duration, outcome, model: "m", timeToFirstToken: duration / 4 };
  };

  return {
    start,
    now: () => clock,
    async tell(sink, each) {
      const run = { agent: "helper", pid: 41, runtime: "Node 24.1" };
      const other = { id: "run-c", agent: "other", number: 1, pid: 43, start: start + 2 };
      sink.run({ ...run, id: "run-a", number: 1, start: start + 0.25, version: "1.0" });
      sink.run(other);
      sink.event({ time: start + 0.25, kind: "start", label: "started", agent: "helper" });
      for (let second = 0; second < SECONDS; second++) {
        clock = start + second + 0.4;
        sink.readings(readings(second, clock));
        if (second === CRASH) {
          sink.run({ ...run, id: "run-a", number: 1, start: start + 0.25, version: "1.0", end: clock, exitCode: 1 });
          const detail = { signal: "none", code: 1 };
          sink.event({ time: clock, kind: "crash", label: 'ended with "1"', agent: "helper", detail });
        }
        if (second === RESTART) sink.run({ ...run, id: "run-b", number: 2, start: clock, version: "1.1" });
        if (second === 700) sink.event({ time: clock, endTime: clock + 3, kind: "gap", label: "the machine slept" });
        if (second < CRASH || second > RESTART + 5) {
          for (let n = 0; n < 3; n++) sink.response("helper", response("talker", clock - random()));
          if (second % 3 === 0) sink.response("helper", response("thinker", clock));
        }
        if (second % 50 === 10 && second > 60) {
          // Part of another, as is seen at once, or after it was told.
          const twice = response("talker", clock - (second % 100 === 10 ? 0 : 25));
          sink.response("other", twice);
          sink.response("other", response("talker", clock));
          sink.retract("other", twice);
        }
        if (second % 120 === 45)
          sink.summary("other", {
            queryType: "thinker",
            end: clock,
            count: 12,
            errors: 1,
            cancelled: 1,
            durations: {
              sum: 22,
              max: 4.5,
              buckets: [
                [1_000_448, 5],
                [2_000_896, 4],
                [4_499_456, 2],
              ],
            },
          });
        await each(second);
      }
    },
  };
}
