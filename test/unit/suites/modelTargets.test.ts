import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { OpenTarget, TargetContext, TargetKind } from "../../../src/suites/target.ts";
import { ollama } from "../../../src/suites/targets/ollama.ts";
import { openai } from "../../../src/suites/targets/openai.ts";
import { sse } from "../../../src/suites/targets/sse.ts";
import { Hostile } from "./support/hostile.ts";

const context: TargetContext = { folder: import.meta.dirname, env: { KEY: "sk-12345678" }, connections: 10 };
const forever = () => new AbortController().signal;

interface Way {
  kind: TargetKind<object, object>;
  settings: object;
  request: object;
  /** Its last message is the end, whatever comes after. */
  tells: boolean;
}

const ways: Record<string, Way> = {
  "OpenAI's chat": { kind: openai, settings: { model: "m" }, request: { prompt: "Hello" }, tells: true },
  "OpenAI's completions": {
    kind: openai,
    settings: { model: "m", api: "completions" },
    request: { prompt: "Hello" },
    tells: true,
  },
  "OpenAI's responses": {
    kind: openai,
    settings: { model: "m" },
    request: { api: "responses", input: "Hello" },
    tells: true,
  },
  "Ollama's chat": { kind: ollama, settings: { model: "m" }, request: { prompt: "Hello" }, tells: true },
  "Ollama's generate": {
    kind: ollama,
    settings: { model: "m" },
    request: { api: "generate", prompt: "Hello" },
    tells: true,
  },
  "an agent's own events": {
    kind: sse,
    settings: {},
    request: { path: "/turn", json: { message: "Hello" } },
    tells: true,
  },
};

describe("Targets that answer token by token", () => {
  let server: Hostile;
  const opened: OpenTarget<object>[] = [];
  before(async () => {
    server = await Hostile.start("speakingServer.ts");
  });
  after(() => server.stop());
  afterEach(async () => {
    for (const target of opened.splice(0)) await target.close();
    await server.allClosed();
  });

  async function open({ kind, settings }: Pick<Way, "kind" | "settings">, how: string, more: object = {}) {
    const target = await kind.open({ kind: kind.kind, url: server.url(how), ...settings, ...more }, context);
    opened.push(target);
    return target;
  }

  for (const [name, way] of Object.entries(ways)) {
    describe(name, () => {
      const ask = async (how: string, more: object = {}, signal = forever()) =>
        (await open(way, how, more)).send(way.request, signal);

      for (const how of ["good", "split", "slow", "open"]) {
        it(`measures first and further tokens and takes the counts that it tells: ${how}`, async () => {
          const {
            outcome,
            error,
            sent,
            firstByte = 0,
            firstToken = 0,
            tokenTimes = [],
            ended,
            ...told
          } = await ask(how);
          assert.deepEqual({ outcome, error }, { outcome: "ok", error: undefined });
          assert.equal(tokenTimes.length, 3);
          const times = [sent, firstByte, firstToken, ...tokenTimes, ended];
          assert.deepEqual(
            times,
            times.toSorted((a, b) => a - b),
          );
          assert.deepEqual([told.inputTokens, told.outputTokens], [7, 9]);
        });
      }

      for (const [how, kind, said] of [
        ["busy", "status", /^429$/],
        ["dead", "reset", /:/],
        ["page", "protocol", /no JSON|no stream/],
        ["halfToken", "cut short", /closed the connection amid its answer/],
        ["unfinished", "cut short", /ended/],
        ["error", "failed", /error/],
        ["longLine", "too large", /16 MiB/],
      ] as const) {
        it(`tells of ${how} that it is an error: ${kind}`, async () => {
          const { outcome, errorKind, error = "" } = await ask(how);
          assert.deepEqual({ outcome, errorKind }, { outcome: "error", errorKind: kind });
          assert.match(error, said);
          assert.doesNotMatch(error, /secret/);
        });
      }

      it("ends one that floods at the limit, and one that never ends at its timeout", async () => {
        assert.equal((await ask("flood", { maxBody: 2 ** 20 })).errorKind, "too large");
        const late = await ask("endless", {}, AbortSignal.timeout(150));
        assert.deepEqual([late.outcome, late.errorKind], ["error", "timeout"]);
        assert.equal((await ask("silent", {}, AbortSignal.timeout(50))).errorKind, "timeout");
      });
    });
  }

  for (const name of Object.keys(ways).slice(0, 5)) {
    const way = ways[name] as Way;
    it(`${name} tells of what is no JSON`, async () => {
      const { errorKind, error = "" } = await (await open(way, "garbage")).send(way.request, forever());
      assert.equal(errorKind, "protocol");
      assert.doesNotMatch(error, /secret/);
    });

    if (!name.startsWith("Ollama"))
      it(`${name} counts tokens by chunks where none are told`, async () => {
        const { outputTokens } = await (await open(way, "plain")).send(way.request, forever());
        assert.equal(outputTokens, 4);
      });

    it(`${name} is taken whole too`, async () => {
      const request = { ...way.request, stream: false };
      const whole = await (await open(way, "good")).send(request, forever());
      assert.deepEqual(
        [whole.outcome, whole.error, whole.firstToken, whole.inputTokens, whole.outputTokens],
        ["ok", undefined, undefined, 7, 9],
      );
      for (const [how, kind] of [
        ["other", "protocol"],
        ["error", "failed"],
        ["half", "cut short"],
      ])
        assert.equal((await (await open(way, how ?? "")).send(request, forever())).errorKind, kind);
    });
  }

  it("takes a response that reached its most tokens for whole, and one that failed for an error", async () => {
    const way = ways["OpenAI's responses"] as Way;
    const request = { ...way.request, maxTokens: 4 };
    const limited = await (await open(way, "limited")).send(request, forever());
    assert.deepEqual([limited.outcome, limited.inputTokens, limited.outputTokens], ["ok", 7, 4]);
    const failed = await (await open(way, "failed")).send(request, forever());
    assert.deepEqual([failed.outcome, failed.errorKind], ["error", "failed"]);
  });

  it("takes embeddings of both interfaces", async () => {
    const openAi = await open({ kind: openai, settings: { model: "m", api: "embeddings" } }, "good");
    const one = await openAi.send({ input: ["a", "b"] }, forever());
    assert.deepEqual([one.outcome, one.inputTokens, one.outputTokens], ["ok", 7, undefined]);
    const ours = await open({ kind: ollama, settings: { model: "m" } }, "good");
    const other = await ours.send({ api: "embed", prompt: "a" }, forever());
    assert.deepEqual([other.outcome, other.inputTokens], ["ok", 7]);
  });

  it("takes Ollama's own timings and an agent's stages", async () => {
    const way = ways["Ollama's chat"] as Way;
    const { stages } = await (await open(way, "good")).send(way.request, forever());
    assert.deepEqual(stages, { load: 0.1, prompt_evaluation: 0.2, evaluation: 0.3 });
    const own = ways["an agent's own events"] as Way;
    const turn = await (await open(own, "good")).send(own.request, forever());
    const { first_audio = 0, ...rest } = turn.stages ?? {};
    assert.deepEqual(rest, { rag_search: 0.25, talker: 0.5, tts: 0.25 });
    assert.ok(first_audio > 0 && first_audio <= turn.ended - turn.sent);
    const failed = await (await open(own, "error")).send(own.request, forever());
    assert.deepEqual(failed.stages, { talker: 0.5 });
  });

  it("names events as the agent calls them", async () => {
    const own = ways["an agent's own events"] as Way;
    const events = { token: ["start"], done: ["audio"] };
    const { outcome, tokenTimes } = await (await open(own, "good", { events })).send(own.request, forever());
    assert.deepEqual([outcome, tokenTimes], ["ok", []]);
    const byField = { field: "from", token: ["talker"], done: [] };
    const other = await (await open(own, "good", { events: byField })).send(own.request, forever());
    assert.deepEqual([other.outcome, other.tokenTimes?.length], ["ok", 3]);
  });

  it("goes on with the connection of an answer that ended", async () => {
    const way = ways["OpenAI's chat"] as Way;
    const target = await open(way, "good");
    for (let i = 0; i < 3; i++) await target.send(way.request, forever());
    assert.equal(await server.connections(), 1);
  });

  it("tells what the servers say of their models", async () => {
    const one = await open({ kind: openai, settings: {} }, "good");
    assert.deepEqual(await one.describe?.(), {
      model: "one",
      owner: "tests",
      context: "4096",
      parameters: "7",
      size: "8",
    });
    const other = await open({ kind: ollama, settings: { model: "one" } }, "good");
    assert.deepEqual(await other.describe?.(), {
      model: "one",
      version: "0.9.9",
      digest: "abc",
      size: "5",
      family: "f",
      parameters: "3B",
      quantization: "Q4_K_M",
      gpuSize: "4",
    });
    await server.stop();
    assert.deepEqual(await other.describe?.(), { model: "one" });
    server = await Hostile.start("speakingServer.ts");
  });

  it("asks as the interface has it, with the key of the environment", async () => {
    const asked: [string, string | undefined, Record<string, unknown>][] = [];
    const peer = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        asked.push([request.url ?? "", request.headers.authorization, JSON.parse(body)]);
        response.end("{}");
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => peer.once("listening", resolve));
    const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`;
    const one = await openai.open({ kind: "openai", url: `${url}/v1`, model: "m", apiKeyEnv: "KEY" }, context);
    await one.send({ prompt: "Hi", system: "Be brief", maxTokens: 5, body: { temperature: 0 } }, forever());
    await one.send({ api: "responses", prompt: "Hi", maxTokens: 5, stream: false }, forever());
    const other = await ollama.open({ kind: "ollama", url, model: "m", keepAlive: -1 }, context);
    await other.send({ prompt: "Hi", maxTokens: 5, options: { seed: 1 } }, forever());
    opened.push(one, other);
    assert.deepEqual(asked, [
      [
        "/v1/chat/completions",
        "Bearer sk-12345678",
        {
          model: "m",
          messages: [
            { role: "system", content: "Be brief" },
            { role: "user", content: "Hi" },
          ],
          max_tokens: 5,
          stream: true,
          stream_options: { include_usage: true },
          temperature: 0,
        },
      ],
      ["/v1/responses", "Bearer sk-12345678", { model: "m", input: "Hi", max_output_tokens: 5 }],
      [
        "/api/chat",
        undefined,
        {
          model: "m",
          messages: [{ role: "user", content: "Hi" }],
          stream: true,
          keep_alive: -1,
          options: { seed: 1, num_predict: 5 },
        },
      ],
    ]);
    peer.close();
    const unset = openai.open({ kind: "openai", url, model: "m", apiKeyEnv: "NO_KEY" }, context);
    await assert.rejects(unset, /no NO_KEY, which apiKeyEnv names: set it/);
    assert.match((await one.send({}, forever())).error ?? "", /says nothing: give prompt or messages/);
  });
});
