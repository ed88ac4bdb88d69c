import assert from "node:assert/strict";
import { createServer } from "node:net";
import { NODE_MAJORS, nodeBinary } from "../../../../scripts/nodeVersions.ts";
import type { ProbeCall } from "../../../../src/model/probe.ts";
import { type ModelServer, startModelServer } from "../../../fixtures/probe/modelServer.ts";
import { until } from "../../../support/until.ts";
import { type Agent, type Client, type Measured, startAgent } from "./attached.ts";

const TRANSPORTS = ["fetch", "http", "http2"] as const;
const CHAT = "/v1/chat/completions";

/** What each API's answer says, streamed and whole. */
const APIS = [
  { path: CHAT, api: "openai.chat", inputTokens: 19, outputTokens: 10 },
  { path: "/openai/deployments/gpt/chat/completions", api: "openai.chat", inputTokens: 19, outputTokens: 10 },
  { path: "/v1/completions", api: "openai.completions", inputTokens: 19, outputTokens: 10 },
  { path: "/openai/v1/responses", api: "openai.responses", inputTokens: 36, outputTokens: 87 },
  { path: "/v1/messages", api: "anthropic.messages", inputTokens: 30, outputTokens: 15 },
  { path: "/api/chat", api: "ollama.chat", inputTokens: 26, outputTokens: 298 },
  { path: "/api/generate", api: "ollama.generate", inputTokens: 26, outputTokens: 298 },
];

for (const major of NODE_MAJORS) {
  describe(`The probe in an agent on Node ${major}`, () => {
    let server: ModelServer;
    let agent: Agent;
    let client: Client;
    let models = 0;

    before(async function () {
      this.timeout(180_000);
      server = await startModelServer();
      agent = await startAgent(await nodeBinary(major));
      await agent.order("open", { url: server.http2 });
      client = await agent.attach();
      assert.equal(await client.install(), "installed");
      await call("fetch", CHAT, {}); // Node loads undici with the first one.
    });

    after(async () => {
      await agent?.stop();
      await server?.stop();
    });

    /** One call of the agent: as it measured it, and as the probe told it. Each names a model of its own. */
    async function call(via: string, path: string, body: object, rest: object = {}) {
      const url = `${via === "http2" ? server.http2 : server.http}${path}`;
      models += 1;
      const model = `größe-${models}:3b`;
      const own = await agent.order<Measured>("call", { via, url, body: { ...body, model }, ...rest });
      const told = await until("the probe's word on the call", () =>
        client.calls().find((call) => call.model === model),
      );
      return { own, told, model, host: new URL(url).host };
    }

    for (const via of TRANSPORTS) {
      it(`times a streamed answer over ${via} as the agent itself does`, async () => {
        const streamed = () => call(via, CHAT, { stream: true, order: { headersAfter: 40, gap: 25 } });
        const isNear = ({ told, own }: Awaited<ReturnType<typeof streamed>>) =>
          near(told.timeToFirstByte, own.firstByte) &&
          near(told.timeToFirstChunk, own.firstChunk) &&
          near(told.timeToFirstToken, own.firstToken) &&
          near(told.duration, own.total);
        // The machine may take the agent's time away just between the two: a wrong figure would be so each time.
        let result = await streamed();
        for (let more = 4; more > 0 && !isNear(result); more--) result = await streamed();
        const { own, told, model, host } = result;
        assert.ok(isNear(result), `told ${JSON.stringify(told)}, measured ${JSON.stringify(own)}`);
        assert.equal(told.transport, via);
        assert.equal(told.host, host);
        assert.equal(told.model, model);
        assert.equal(told.streaming, true);
        assert.equal(told.status, 200);
        assert.equal(told.outcome, "ok");
        assert.ok((told.timeToFirstByte ?? 0) >= 0.035, "the server waits 40 ms before its headers");
        assert.ok((told.timeToFirstToken ?? 0) >= 0.06, "and 25 ms more before a token");
        assert.ok(Math.abs(told.start - Date.now() / 1000) < 10);
      });

      it(`reads the tokens of every API over ${via}, streamed and whole`, async () => {
        const asked = APIS.flatMap((each) => [true, false].map((stream) => ({ ...each, stream })));
        const check = async ({ path, api, inputTokens, outputTokens, stream }: (typeof asked)[number]) => {
          const { told } = await call(via, path, { stream });
          const figures = [told.api, told.streaming, told.inputTokens, told.outputTokens];
          assert.deepEqual(figures, [api, stream, inputTokens, outputTokens], path);
          assert.equal(told.timeToFirstToken !== undefined, stream, `${path}: only a stream has a first token`);
          const ollama = { load: 1, promptEvaluation: 0.5, evaluation: 3.5, total: 5 };
          assert.deepEqual(told.ollama, api.startsWith("ollama.") ? ollama : undefined);
        };
        await Promise.all(asked.map(check));
      });

      it(`tells the outcome of what fails over ${via}`, async () => {
        const [refused, event, line] = await Promise.all([
          call(via, CHAT, { order: { status: 429 } }),
          call(via, "/v1/messages", { stream: true, order: { errorEvent: true } }),
          call(via, "/api/chat", { order: { errorEvent: true } }),
        ]);
        outcome(refused.told, "error", "HTTP 429");
        outcome(event.told, "error", "overloaded_error");
        outcome(line.told, "error", "error");
        const code = via === "fetch" ? "UND_ERR_SOCKET" : "ECONNRESET";
        outcome((await call(via, CHAT, { stream: true, order: { gap: 5, hangUp: "inside" } })).told, "error", code);
        outcome((await call(via, CHAT, { stream: true, order: { hangUp: "before" } })).told, "error", code);
      });

      it(`calls it cancelled when the agent gives up over ${via}`, async () => {
        const { told } = await call(via, CHAT, { stream: true, order: { gap: 15 } }, { stopAt: "morning" });
        outcome(told, "cancelled", undefined);
        assert.ok(told.timeToFirstToken !== undefined);
        const late = await call(via, CHAT, { stream: true, order: { gap: 5 } }, { stopAt: "[DONE]", leave: true });
        outcome(late.told, "ok", undefined);
      });

      it(`reads bodies given as buffers and streams, and packed answers, over ${via}`, async () => {
        const given = async (as: string) => {
          const { told } = await call(via, CHAT, { stream: true }, { as });
          assert.equal(told.streaming, true, as);
        };
        const packed = async (stream: boolean) => {
          const { told } = await call(via, CHAT, { stream, order: { encoding: "gzip" } });
          assert.equal(told.inputTokens, 19);
          assert.equal(told.timeToFirstToken !== undefined, stream);
        };
        const bodies = ["buffer", "stream", ...(via === "fetch" ? ["iterable"] : [])];
        await Promise.all([...bodies.map(given), packed(true), packed(false)]);
      });

      it(`finds the figures of a large answer and a large question over ${via}`, async () => {
        const input = `"model": "no" \\" ${"ä ".repeat(300_000)}`;
        const { told } = await call(via, "/v1/embeddings", { input, order: { filling: 500_000 } });
        assert.equal(told.api, "openai.embeddings");
        assert.equal(told.inputTokens, 8);
        assert.equal(told.streaming, undefined);
        const ollama = await call(via, "/api/embed", { order: { filling: 10 } });
        assert.deepEqual(ollama.told.ollama, { load: 0.001, total: 0.014 });
        assert.equal((await call(via, "/api/embeddings", {})).told.api, "ollama.embeddings");
      });
    }

    it("unpacks what this Node can unpack", async () => {
      const tokens = async (encoding: string) => (await call("http", CHAT, { stream: true, order: { encoding } })).told;
      const [deflated, brotli, zstd] = await Promise.all(["deflate", "br", "zstd"].map(tokens));
      assert.deepEqual([deflated?.outputTokens, brotli?.outputTokens], [10, 10]);
      assert.equal(zstd?.outputTokens, major >= 22 ? 10 : undefined);
      assert.equal(zstd?.outcome, "ok");
    });

    it("reads the span that the request belongs to", async () => {
      const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
      for (const via of TRANSPORTS) {
        const { told } = await call(via, CHAT, {}, { headers });
        assert.equal(told.traceId, "0af7651916cd43dd8448eb211c80319c");
        assert.equal(told.parentSpanId, "b7ad6b7169203331");
      }
    });

    it("takes reasoning for a first token", async () => {
      const { told } = await call("fetch", CHAT, { stream: true, order: { reasoning: true } });
      assert.ok(told.timeToFirstToken !== undefined);
    });

    it("reads nothing that the agent has not read yet", async () => {
      const { own, told } = await call("http", CHAT, { stream: true }, { listen: "late" });
      assert.equal(own.flowing, null, "the answer waits for the agent's own listener");
      assert.ok(own.length > 500, "which gets all of it");
      assert.equal(told.outputTokens, 10);
    });

    it("tells of a server that is not there", async () => {
      const closed = createServer();
      await new Promise<void>((listening) => closed.listen(0, "127.0.0.1", listening));
      const { port } = closed.address() as { port: number };
      await new Promise((done) => closed.close(done));
      const host = `127.0.0.1:${port}`;
      for (const via of ["fetch", "http"]) {
        for (const path of [CHAT, "/api/chat"]) {
          await agent.order("call", { via, url: `http://${host}${path}`, body: { model: "m" } });
        }
      }
      const refused = () => client.calls().filter((call) => call.host === host);
      await until("the refused calls", () => refused().length === 4);
      for (const call of refused()) outcome(call, "error", "ECONNREFUSED");
      // fetch makes its body only for a server that is there.
      assert.deepEqual(
        refused().map(({ model }) => model),
        [undefined, undefined, "m", "m"],
      );
    });

    it("does not take other requests for model calls", async () => {
      const known = client.calls().length;
      for (const path of ["/v1/models", "/chat", "/v1/chat/completions/more"]) {
        await agent.order("call", { via: "fetch", url: `${server.http}${path}`, body: { model: "m" } });
      }
      await agent.order("call", { via: "http", url: `${server.http}/api/chat`, body: { messages: [] } });
      await call("fetch", CHAT, {});
      assert.equal(client.calls().length, known + 1);
    });

    it("tells every call once, under an id of its own", async () => {
      const known = client.calls().length;
      const url = `${server.http}${CHAT}`;
      await agent.order("calls", { count: 30, via: "http", url, body: { model: "m" } });
      await agent.order("calls", { count: 30, via: "fetch", url, body: { model: "m" } });
      await until("all calls", () => client.calls().length >= known + 60);
      const ids = client.calls().map(({ id }) => id);
      assert.equal(client.calls().length, known + 60);
      assert.equal(new Set(ids).size, ids.length);
    });

    it("never lets a word of a prompt or an answer out", () => {
      const all = JSON.stringify(client.batches);
      for (const word of ["Good", "morning", "Overloaded", "out of memory"]) assert.ok(!all.includes(word), word);
    });
  });
}

describe("The probe and a request that hangs", () => {
  it("tells once that it is pending, and again when it ends", async function () {
    this.timeout(30_000);
    const server = await startModelServer();
    const agent = await startAgent(process.execPath);
    try {
      const client = await agent.attach();
      await client.install();
      const body = { model: "m", stream: true, order: { hangAfter: 3 } };
      void agent.order("call", { via: "fetch", url: `${server.http}${CHAT}`, body });
      const pending = await until("a pending call", () => client.calls()[0]);
      assert.equal(pending.pending, true);
      assert.equal(pending.model, "m");
      assert.ok(pending.duration >= 5);
      assert.ok(pending.timeToFirstToken !== undefined);
      await server.stop();
      const ended = await until("its end", () => client.calls()[1]);
      assert.equal(ended.id, pending.id);
      assert.equal(ended.pending, undefined);
      outcome(ended, "error", "UND_ERR_SOCKET");
    } finally {
      await agent.stop();
      await server.stop().catch(() => {});
    }
  });
});

/** Both measured on the same loop, so a busy machine moves both; what is between them is the agent's own work. */
function near(told: number | undefined, own: number | undefined): boolean {
  return told !== undefined && own !== undefined && Math.abs(told - own) < 0.03;
}

function outcome(call: ProbeCall, expected: ProbeCall["outcome"], errorType: string | undefined): void {
  assert.deepEqual([call.outcome, call.errorType], [expected, errorType]);
}
