// An agent that makes events as fast as they are taken.
// Arguments: the built client's path, events to warm up with, events to measure, "client" or "naive".
import { connect } from "node:net";

const [clientPath, warmUp, measured, how] = process.argv.slice(2);
const queryTypes = ["talker", "thinker", "rag_search", "tool"];
/** Durations of a long-tailed kind, ms. */
const durations = Array.from({ length: 4096 }, (_, i) => 40 * Math.exp(((i * 2654435761) >>> 0) / 1e9));
/** What a response of a model tells besides its times; a search or a tool has nothing of it. */
const isModel = (queryType) => queryType === "talker" || queryType === "thinker";
const model = { model: "qwen3:8b", inputTokens: 412, outputTokens: 96 };

const { emit, settle } = how === "client" ? await realClient() : await naiveClient();
await produce(Number(warmUp), "warm_up");
await produce(Number(measured));

async function produce(count, queryType) {
  for (let i = 0; i < count; i++) {
    const duration = durations[i & 4095];
    const waiting = emit(queryType ?? queryTypes[i & 3], performance.now() - duration, duration);
    if (waiting) await waiting;
  }
  await settle();
}

/** The client that agents use; at a tenth of the queue it waits, so nothing is folded. */
async function realClient() {
  const { createMonitor } = await import(clientPath);
  const monitor = createMonitor({ agent: "bench" });
  return {
    emit(queryType, start, duration) {
      const details = isModel(queryType) ? { ...model, timeToFirstToken: duration / 10 } : undefined;
      monitor.trackResponseTime(start, start + duration, queryType, details);
      return monitor.queued > 1000 ? monitor.flush() : undefined;
    },
    settle: () => monitor.flush(),
  };
}

/** What one writes without thinking: an object, JSON.stringify, and a write for each. */
async function naiveClient() {
  const socket = connect(process.env.AGENT_VITALS_SOCKET);
  const token = process.env.AGENT_VITALS_TOKEN;
  const hello = { type: "hello", protocol: 1, agent: "bench", pid: process.pid, startTime: Date.now() / 1000, token };
  socket.write(`${JSON.stringify(hello)}\n`);
  await new Promise((resolve) => socket.once("data", resolve));
  socket.unref();
  const drained = () => new Promise((resolve) => socket.once("drain", resolve));
  return {
    emit(queryType, start, duration) {
      const times = { start: (performance.timeOrigin + start) / 1000, duration: duration / 1000 };
      const details = isModel(queryType) ? { ...model, timeToFirstToken: duration / 1e4 } : undefined;
      const event = { type: "response", queryType, ...times, outcome: "ok", ...details };
      return socket.write(`${JSON.stringify(event)}\n`) ? undefined : drained();
    },
    settle: () => new Promise((resolve) => socket.write("", resolve)),
  };
}
