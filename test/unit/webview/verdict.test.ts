import assert from "node:assert/strict";
import type { AgentState } from "../../../src/model/state.ts";
import { verdict } from "../../../webview/dashboard/verdict.ts";
import { agent, idleLatency, latency, NOW } from "./support/state.ts";

const say = (more: Partial<AgentState>) => {
  const { severity, lead, rest } = verdict(agent(more), NOW);
  return [severity, rest ? `${lead} ${rest}` : lead];
};
const talker = latency("talker", 60, 1.2, { threshold: 2 });
const slowThinker = latency("thinker", 25, 13.1, { threshold: 12 });

describe("The verdict", () => {
  it("says when every objective is met", () => {
    assert.deepEqual(say({ latency: [talker] }), ["ok", "Every objective is met."]);
  });

  it("names the objective that is missed, with the figure and what is wanted", () => {
    assert.deepEqual(say({ latency: [talker, slowThinker] }), [
      "error",
      "Thinker misses its objective: p95 is 13.1 s over the last minute, under 12 s is wanted.",
    ]);
  });

  it("names all that are missed and tells the worst", () => {
    const slowTalker = latency("talker", 60, 4, { threshold: 2 });
    const [severity, sentence] = say({ latency: [slowThinker, slowTalker] });
    assert.equal(severity, "error");
    assert.match(sentence ?? "", /^Talker and Thinker miss their objectives: Talker worst: p95 is 4\.00 s/);
  });

  it("only warns while a p95 past its objective rests on few responses", () => {
    const few = latency("thinker", 3, 13.1, { threshold: 12 });
    assert.deepEqual(say({ latency: [few] }), [
      "warning",
      "Thinker is over its objective so far: 13.1 s at p95 of 3 responses in the last minute, under 12 s is wanted.",
    ]);
  });

  it("says on what it rests while responses are few", () => {
    const few = latency("thinker", 3, 8, { threshold: 12 });
    assert.deepEqual(say({ latency: [talker, few] }), [
      "ok",
      "Every objective is met so far. Thinker rests on fewer than 20 responses in the last minute.",
    ]);
  });

  it("tells a missed voice objective", () => {
    const [severity, sentence] = say({ latency: [talker], voice: { success: 388, failure: 12, failures: [] } });
    assert.equal(severity, "error");
    assert.equal(sentence, "Voice misses its objective: 12 of 400 turns failed, 99 % is wanted.");
  });

  it("warns of a heap that is nearly full", () => {
    const heap = { time: NOW, rss: 2e9, used: 0.93e9, limit: 1e9 };
    assert.deepEqual(say({ latency: [talker], heap }), ["warning", "The heap is 93 % full."]);
  });

  it("says since when nothing came, and the last figure", () => {
    assert.deepEqual(say({ latency: [idleLatency("talker", NOW - 200, 1.24, 2)] }), [
      "info",
      "No response in the last minute. Talker's last p95 was 1.24 s, 3 min ago.",
    ]);
  });

  it("asks for the client where only a process is known", () => {
    assert.equal(verdict(agent({ connections: 0 }), NOW).action?.command, "agentVitals.addClient");
    assert.equal(say({ connections: 0 })[1]?.startsWith("No client is connected."), true);
  });

  it("waits for the first response of a connected agent", () => {
    assert.deepEqual(say({}), ["info", "Connected. Waiting for the first response."]);
  });

  it("asks for an objective where none is set", () => {
    const free = latency("talker", 60, 1.2);
    assert.equal(verdict(agent({ latency: [free] }), NOW).action?.command, "agentVitals.openConfig");
  });

  it("says how an agent that is down ended", () => {
    assert.deepEqual(say({ status: "failed", message: "Ended by itself: Exit code 1." }), [
      "error",
      "voice-agent is down. Ended by itself: Exit code 1.",
    ]);
  });
});
