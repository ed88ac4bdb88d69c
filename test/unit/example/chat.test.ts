import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDocuments } from "../../../examples/agent/src/documents.ts";
import { createSearch } from "../../../examples/agent/src/retrieval.ts";
import { until } from "../../support/until.ts";
import { type AgentProcess, chatTurn, eventsOf, json, post, startAgentProcess } from "./agentProcess.ts";

describe("the example agent's chat", function () {
  this.timeout(20_000);
  let agent: AgentProcess;
  before(async () => {
    agent = await startAgentProcess();
  });
  after(() => agent.kill());

  it("streams the answer token by token and ends with what the turn took", async () => {
    const { events, summary } = await chatTurn(agent.url, "What is time to first token?");
    const tokens = events.filter(({ event }) => event === "token");
    assert.ok(tokens.length > 10, `${tokens.length} tokens`);
    assert.equal(events.at(-1)?.event, "done");
    const { talker, rag_search: search, total } = summary;
    assert.ok(talker && search);
    assert.ok((talker.timeToFirstToken ?? 0) > 0 && (talker.timeToFirstToken ?? 0) <= talker.duration);
    assert.ok(total.duration >= talker.duration + search.duration);
    assert.ok((total.timeToFirstToken ?? 0) >= search.duration && (total.timeToFirstToken ?? 0) <= total.duration);
    assert.equal(talker.outputTokens, tokens.length);
    assert.ok((talker.inputTokens ?? 0) > 100, "the found passages are part of the prompt");
    assert.equal(summary.thinker, undefined);
    assert.ok(Math.abs(Date.now() / 1000 - summary.time) < 60);
  });

  it("asks the Thinker too when the question is hard, and it works more", async () => {
    const { events, summary } = await chatTurn(agent.url, "Why is the Thinker slower than the Talker?");
    const speakers = new Set(events.slice(0, -1).map(({ data }) => JSON.parse(data).from));
    assert.deepEqual([...speakers], ["talker", "thinker"]);
    assert.ok(summary.talker && summary.thinker);
    assert.ok((summary.thinker.outputTokens ?? 0) > 3 * (summary.talker.outputTokens ?? Number.POSITIVE_INFINITY));
    assert.ok(summary.thinker.duration > summary.talker.duration);
  });

  it("lets the request choose the mode", async () => {
    const talker = await chatTurn(agent.url, "Why is the Thinker slow?", { mode: "talker" });
    assert.equal(talker.summary.thinker, undefined);
    const thinker = await chatTurn(agent.url, "Hello.", { mode: "thinker", session: "someone" });
    assert.ok(thinker.summary.thinker);
  });

  it("refuses what it can't answer, and says why", async () => {
    const empty = await post(agent.url, "/chat", {});
    assert.equal(empty.status, 400);
    assert.match((await json(empty)).error.message, /no "message"/);
    assert.equal((await post(agent.url, "/chat", { message: "hi", mode: "guess" })).status, 400);
    const broken = await fetch(`${agent.url}/chat`, { method: "POST", body: "{" });
    assert.equal(broken.status, 400);
    assert.match((await json(broken)).error.message, /not JSON/);
    assert.equal((await post(agent.url, "/chat", { message: "a".repeat(70_000) })).status, 413);
    assert.equal((await fetch(`${agent.url}/nothing`)).status, 404);
  });

  it("refuses requests under a foreign host or from a foreign page", async () => {
    const statusWith = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${agent.url}/health`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.once("error", reject).end();
      });
    assert.equal(await statusWith({ host: "attacker.example" }), 403);
    assert.equal(await statusWith({ origin: "https://attacker.example" }), 403);
    assert.equal(await statusWith({ origin: "null" }), 403);
    assert.equal(await statusWith({ origin: agent.url }), 200);
  });

  it("goes on after a user has left in the middle of an answer", async () => {
    const leaving = new AbortController();
    const response = await fetch(`${agent.url}/chat`, {
      method: "POST",
      body: JSON.stringify({ message: "Why is the Thinker slow?", mode: "thinker" }),
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    const { summary } = await chatTurn(agent.url, "What is the p95?");
    assert.equal(summary.outcome, "ok");
  });

  it("uses the model server that OPENAI_BASE_URL names, and the first model that it lists", async () => {
    const { modelServer } = await json(fetch(`${agent.url}/health`));
    const guest = await startAgentProcess({ OPENAI_BASE_URL: modelServer, THINKER_MODEL: "example-thinker" });
    try {
      const { summary } = await chatTurn(guest.url, "Why is the Thinker slow?");
      assert.deepEqual([summary.talker?.model, summary.thinker?.model], ["example-talker", "example-thinker"]);
      assert.equal((await post(guest.url, "/fault", { kind: "slow" })).status, 409);
    } finally {
      await guest.kill();
    }
  });

  it("tells in the last event when the model server is gone", async () => {
    const env = { OPENAI_BASE_URL: "http://127.0.0.1:9/v1", TALKER_MODEL: "any" };
    const lonely = await startAgentProcess(env);
    try {
      const { events, summary } = await eventsOf(await post(lonely.url, "/chat", { message: "Hello" }));
      assert.equal(events.at(-1)?.event, "error");
      assert.equal(summary.outcome, "error");
      assert.equal(summary.talker?.errorType, "ModelServerError");
      assert.match(summary.error ?? "", /can't reach the model server at http:\/\/127\.0\.0\.1:9\/v1/);
      assert.equal(summary.rag_search?.outcome, "ok");
    } finally {
      await lonely.kill();
    }
  });
});

describe("the example agent's search", () => {
  const search = createSearch(readDocuments());

  it("finds the passages that fit a question, best first", () => {
    const found = search("Does quantization make a model worse?");
    assert.ok(found.length > 0 && found.length <= 4);
    assert.match(found[0]?.text ?? "", /^Quantization/);
    assert.equal(search("What ends the utterance?")[0]?.heading, "Endpointing");
  });

  it("finds nothing where nothing fits", () => {
    assert.deepEqual(search("and so what"), []);
  });
});

describe("the example agent's text prompt", function () {
  this.timeout(20_000);
  let agent: AgentProcess | undefined;
  afterEach(() => agent?.kill());

  it("answers each line, and serves on when standard input ends", async () => {
    agent = await startAgentProcess();
    agent.child.stdin?.end("What is the p95?\n");
    await until("an answer to the line", () => /talker \d+ ms/.exec(agent?.output() ?? "")?.[0]);
    assert.equal((await json(fetch(`${agent.url}/health`))).status, "ok");
  });

  it("reads a FIFO that outlives its writers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "example-agent-"));
    const path = join(folder, "input");
    execFileSync("mkfifo", [path]);
    const fifo = openSync(path, constants.O_RDWR);
    try {
      agent = await startAgentProcess({}, fifo);
      for (const asked of [1, 2]) {
        const writer = openSync(path, "w");
        writeSync(writer, "What is the p95?\n");
        closeSync(writer);
        await until(`line ${asked} got no answer`, () =>
          agent?.output().match(/talker \d+ ms/g)?.length === asked ? true : undefined,
        );
      }
    } finally {
      closeSync(fifo);
      rmSync(folder, { recursive: true });
    }
  });
});
