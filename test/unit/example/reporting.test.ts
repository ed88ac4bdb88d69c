import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ClientEvent, Hello, Reply } from "../../../src/model/wire.ts";
import { until } from "../../support/until.ts";
import { type AgentProcess, chatTurn, eventsOf, json, post, recording, startAgentProcess } from "./agentProcess.ts";

type Line = ClientEvent | Hello;

describe("what the example agent reports to Agent Vitals", function () {
  this.timeout(20_000);
  let folder: string;
  let server: Server;
  let client: Socket;
  let agent: AgentProcess;
  const lines: Line[] = [];
  const events = <T extends Line["type"]>(type: T) =>
    lines.filter((line) => line.type === type) as Extract<Line, { type: T }>[];
  const command = async (name: "cleanup" | "shutdown"): Promise<Reply> => {
    client.write(`${JSON.stringify({ type: "command", id: name, name, deadline: 5 })}\n`);
    return until(`no reply to ${name}`, () => events("reply").find(({ id }) => id === name));
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "example-agent-"));
    const path = join(folder, "socket");
    server = createServer((socket) => {
      client = socket;
      createInterface({ input: socket }).on("line", (line) => lines.push(JSON.parse(line)));
      socket.write('{"type":"reply","id":"hello","ok":true}\n');
    }).listen(path);
    await once(server, "listening");
    agent = await startAgentProcess({ AGENT_VITALS_SOCKET: path, AGENT_VITALS_TOKEN: "token" });
  });
  after(async () => {
    await agent.kill();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("says who it is", async () => {
    const hello = await until("the hello", () => events("hello")[0]);
    assert.deepEqual([hello.agent, hello.pid, hello.primaryQueryType], ["example-agent", agent.child.pid, "talker"]);
    await until("a memory reading", () => events("memory")[0]);
  });

  it("sends the durations that the turn's last event tells", async () => {
    const { summary } = await chatTurn(agent.url, "Why is the Thinker slow?");
    const turn = await until("a turn", () => events("turn").find(({ id }) => id === summary.turnId));
    assert.equal(turn.outcome, "ok");
    const responses = events("response").filter(({ turnId }) => turnId === summary.turnId);
    assert.deepEqual(responses.map(({ queryType }) => queryType).sort(), ["rag_search", "talker", "thinker"]);
    for (const response of responses) {
      const told = summary[response.queryType as "talker" | "thinker" | "rag_search"];
      assert.ok(told);
      agree(response.duration, told.duration);
      agree(response.timeToFirstToken ?? 0, told.timeToFirstToken ?? 0);
      assert.deepEqual([response.model, response.outputTokens], [told.model, told.outputTokens]);
    }
  });

  it("sends the stages of a voice turn, and that it succeeded", async () => {
    const { summary } = await eventsOf(await post(agent.url, "/voice", recording("hello")));
    await until("a turn", () => events("turn").find(({ id }) => id === summary.turnId));
    const marks = events("mark").filter(({ turnId }) => turnId === summary.turnId);
    assert.deepEqual(
      marks.map(({ name }) => name),
      ["end_of_utterance", "first_audio"],
    );
    const types = new Set(
      events("response")
        .filter((each) => each.turnId === summary.turnId)
        .map((each) => each.queryType),
    );
    assert.deepEqual([...types].sort(), ["endpointing", "rag_search", "stt", "talker", "tts"]);
    const [voice] = events("voice");
    assert.ok(voice && (voice.quality ?? 0) > 0.5 && (voice.latency ?? 0) > 0);
    assert.deepEqual([voice.success, voice.failure], [1, 0]);
  });

  it("counts a voice turn that failed by stage and reason", async () => {
    await post(agent.url, "/voice", Buffer.from("nothing"));
    const voice = await until("a failure", () => events("voice").find(({ failure }) => failure > 0));
    assert.deepEqual([voice.success, voice.failure, voice.stage, voice.reason], [0, 1, "endpointing", "damaged-wav"]);
  });

  it("forgets its sessions when the collector asks for a cleanup", async () => {
    assert.ok((await json(fetch(`${agent.url}/health`))).sessions > 0);
    assert.equal((await command("cleanup")).ok, true);
    assert.equal((await json(fetch(`${agent.url}/health`))).sessions, 0);
  });

  it("ends, after its reply, when the collector asks for a shutdown", async () => {
    assert.equal((await command("shutdown")).ok, true);
    assert.deepEqual(await agent.ended, { code: 0, signal: null });
  });
});

/** Two clocks read at the same places: equal but for what happens between the two readings. */
function agree(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 0.005 + expected * 0.05, `${actual} s and ${expected} s`);
}
