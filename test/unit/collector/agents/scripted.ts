/** An agent whose every figure is known beforehand: prints what it told as one line of JSON, then waits for its input's end. */
import { once } from "node:events";
import { createMonitor } from "../../../../src/sdk/index.ts";

const monitor = createMonitor({ agent: "scripted" });
/** Milliseconds, by query type: a spread that no histogram can guess. */
const durations: Record<string, number[]> = { talker: [], thinker: [] };
for (let i = 0; i < 30; i++) {
  const duration = 1500 + 97 * i;
  const end = Date.now();
  durations.thinker?.push(duration);
  monitor.trackResponseTime(end - duration, end, "thinker");
}
for (let i = 0; i < 400; i++) {
  const duration = 80 + 1.7 * i + (i % 37) * 11;
  const end = Date.now();
  const failed = i % 50 === 49;
  durations.talker?.push(duration);
  monitor.trackResponseTime(end - duration, end, "talker", {
    model: "small",
    outputTokens: i,
    timeToFirstToken: duration / 4,
    ...(failed && { outcome: "error", errorType: "TimeoutError" }),
  });
}
for (let i = 0; i < 40; i++) monitor.trackVoiceReliability(i % 20 !== 0, { stage: "stt", reason: "silence" });
monitor.recordMetric("queue.length", 17, "{item}", { queue: "jobs" });
await monitor.flush();
console.log(JSON.stringify(durations));
process.stdin.resume();
await once(process.stdin, "end");
await monitor.close();
