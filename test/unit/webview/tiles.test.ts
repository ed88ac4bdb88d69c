import assert from "node:assert/strict";
import type { AgentState, Hardware } from "../../../src/model/state.ts";
import { emptyWindow } from "../../../webview/dashboard/seriesWindow.ts";
import { worstFirst } from "../../../webview/dashboard/tiles/tile.ts";
import { tiles } from "../../../webview/dashboard/tiles/tiles.ts";
import { agent, idleLatency, latency, NOW } from "./support/state.ts";

const MiB = 2 ** 20;
const hardware: Hardware = { cpu: "X", cores: 8, physicalCores: 4, memory: 16 * 2 ** 30, os: "Debian", gpus: [] };
const all = (more: Partial<AgentState>) => tiles(agent(more), emptyWindow("voice-agent"), hardware, NOW);
const first = (more: Partial<AgentState>) => {
  const [tile] = all(more);
  assert.ok(tile);
  return tile;
};
const words = ({ words: { lead, rest } }: ReturnType<typeof first>) => (lead ? `${lead} ${rest}` : rest);

describe("The tiles", () => {
  it("show a p95 beside its objective, and how much of it is used up", () => {
    const tile = first({ latency: [latency("talker", 60, 1.24, { threshold: 2 })] });
    assert.deepEqual([tile.title, tile.aside, tile.figure, tile.severity], ["Talker p95", "< 2 s", "1.24 s", "ok"]);
    assert.deepEqual(tile.bar, { used: 0.62 });
    assert.equal(words(tile), "38 % to spare, 60/min");
  });

  it("are full when an objective is missed", () => {
    const tile = first({ latency: [latency("talker", 60, 2.18, { threshold: 2 })] });
    assert.equal(tile.severity, "error");
    assert.deepEqual(tile.bar, { used: 1 });
    assert.equal(words(tile), "Missed. 9 % over, 60/min");
  });

  it("count what they wait for while a session has few responses", () => {
    const tile = first({ latency: [latency("talker", 3, 1.1, { threshold: 2 })] });
    assert.deepEqual([tile.figure, tile.unit, tile.bar], ["3 of 20", "responses", { used: 0.15 }]);
    assert.equal(words(tile), "p95 so far 1.10 s");
  });

  it("keep an idle type's last p95 with its age", () => {
    const tile = first({ latency: [idleLatency("talker", NOW - 200, 1.24, 2)] });
    assert.equal(tile.figure, "1.24 s");
    assert.equal(words(tile), "Idle. Last one 3 min ago");
  });

  it("show the primary type first, familiar ones next, and none without an objective but it", () => {
    const types = [latency("stt", 9, 1), latency("rag_search", 9, 1, { threshold: 1 }), latency("talker", 9, 1)];
    types.push(latency("thinker", 9, 1, { threshold: 3 }));
    assert.deepEqual(
      all({ latency: types }).map((t) => t.id),
      ["talker", "thinker", "rag_search"],
    );
  });

  it("show a voice rate with its interval and what would prove it", () => {
    const [tile] = all({ voice: { success: 411, failure: 1, failures: [] } });
    assert.ok(tile);
    assert.deepEqual([tile.figure, tile.unit, tile.severity], ["99.76 %", "[98.64, 99.96]", "unproven"]);
    assert.equal(words(tile), "Not proven: 151 more turns");
    assert.deepEqual(Object.keys(tile.bar ?? {}), ["low", "high", "value", "objective"]);
  });

  it("show the heap against its limit, and CPU against the machine", () => {
    const resources = { time: NOW, cpu: 0.47, memory: 244 * MiB, processes: 2 };
    const heap = { time: NOW, rss: 240 * MiB, used: 125 * MiB, limit: 4096 * MiB };
    const [memory, cpu] = all({ heap, resources });
    assert.deepEqual([memory?.figure, memory?.aside], ["125 MiB", "of 4.00 GiB"]);
    assert.equal(memory?.words.rest, "3.1 % used, RSS 244 MiB");
    assert.deepEqual([cpu?.figure, cpu?.aside], ["47 %", "8 cores"]);
    assert.equal(cpu?.words.rest, "of a core, 6 % of the machine");
  });

  it("show the memory of the processes where no client tells the heap", () => {
    const [memory] = all({ resources: { time: NOW, memory: 244 * MiB, processes: 3 } });
    assert.deepEqual([memory?.title, memory?.figure, memory?.unit], ["Memory", "244 MiB", "RSS"]);
  });

  it("leave out what was never measured", () => {
    assert.deepEqual(all({}), []);
  });

  it("sort worst first for a narrow panel, else in their order", () => {
    const types = [latency("talker", 60, 1, { threshold: 2 }), latency("thinker", 60, 13, { threshold: 12 })];
    const sorted = worstFirst(all({ latency: types, voice: { success: 5, failure: 0, failures: [] } }));
    assert.deepEqual(
      sorted.map((t) => t.id),
      ["thinker", "voice", "talker"],
    );
  });
});
