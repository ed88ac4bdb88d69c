import assert from "node:assert/strict";
import type { ModelServerKind, ModelServerState } from "../../../src/model/modelServers.ts";
import { AnsweringServer, replies } from "./support/answeringServer.ts";
import { named, Watching } from "./support/watching.ts";

/** What is told first of a server that answers as in a fixture, without what every state has. Later looks add rates. */
async function toldOf(fixture: string, kind?: ModelServerKind): Promise<Partial<ModelServerState>> {
  await using server = await AnsweringServer.start(replies(fixture));
  using watching = new Watching(kind ? { targets: [named(server.url, kind)] } : { ports: [{ port: server.port }] });
  const state = await watching.server(`something told of ${fixture}`, () => true);
  assert.equal(state.url, server.url);
  const { url, time, ...rest } = state;
  rest.name = rest.name.replace(String(server.port), "PORT");
  return rest;
}

describe("Ollama", () => {
  it("is found by itself, with its version, the model in memory and those that it has", async () => {
    assert.deepEqual(await toldOf("ollama/up"), {
      kind: "ollama",
      name: "Ollama :PORT",
      status: "up",
      version: "0.12.6",
      models: [{ name: "mistral:latest", size: 5137025024, gpuSize: 5137025024, contextLength: 4096 }],
      available: ["mistral:latest", "qwen2.5:7b"],
    });
  });

  it("says in words how much of a model runs on the CPU", async () => {
    const { models } = await toldOf("ollama/partlyOnCpu");
    assert.deepEqual(
      models?.map(({ note }) => note),
      [
        "19 % of it on the CPU (4.97 of 6.14 GiB in GPU memory)",
        "62 % of it on the CPU (5.10 of 13.4 GiB in GPU memory)",
      ],
    );
    assert.equal(models?.[0]?.expires, Date.parse("2025-10-17T16:47:08-07:00") / 1000);
    assert.equal(models?.[1]?.expires, undefined, "never");
    assert.equal((await toldOf("ollama/whollyOnCpu")).models?.[0]?.note, "runs wholly on the CPU");
  });

  it("is known without a single model", async () => {
    const { kind, status, models, available } = await toldOf("ollama/empty");
    assert.deepEqual({ kind, status, models, available }, { kind: "ollama", status: "up", models: [], available: [] });
  });

  it("is down with its status when it fails inside", async () => {
    const { status, message } = await toldOf("ollama/down", "ollama");
    assert.deepEqual([status, message], ["down", "It answered /api/ps with status 500"]);
  });
});

describe("llama.cpp", () => {
  it("tells its model, queue and KV cache", async () => {
    assert.deepEqual(await toldOf("llamaCpp/up"), {
      kind: "llama.cpp",
      name: "llama.cpp :PORT",
      status: "up",
      version: "b6123-79c1160b",
      models: [{ name: "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf", contextLength: 1024 }],
      available: [],
      requestsRunning: 2,
      requestsQueued: 3,
      kvCacheUse: 0.25,
    });
  });

  it("says which flag its figures want, and takes what its slots tell", async () => {
    const withoutMetrics = await toldOf("llamaCpp/withoutMetrics");
    assert.equal(withoutMetrics.message, "It tells no queue: start it with --metrics");
    assert.equal(withoutMetrics.requestsRunning, 2);
    assert.equal(withoutMetrics.requestsQueued, undefined);
    const neither = await toldOf("llamaCpp/withoutFigures");
    assert.equal(neither.status, "up");
    assert.equal(neither.message, "It tells no queue and no rates: start it with --metrics");
    assert.equal(neither.requestsRunning, undefined);
  });

  it("is loading while it reads its model, in both its ways to say so", async () => {
    for (const fixture of ["llamaCpp/loading", "llamaCpp/loadingEarlier"]) {
      const { kind, status, message, models } = await toldOf(fixture);
      assert.deepEqual([kind, status, message, models], ["llama.cpp", "loading", "Loading its model", []], fixture);
    }
  });

  it("as a router tells the loaded models apart from the others", async () => {
    const { status, models, available } = await toldOf("llamaCpp/router");
    assert.equal(status, "up");
    assert.deepEqual(models, [{ name: "ggml-org/gemma-3-4b-it-GGUF:Q4_K_M" }]);
    assert.equal(available?.length, 2);
  });

  it("is down with its status when it fails", async () => {
    assert.match((await toldOf("llamaCpp/down", "llama.cpp")).message ?? "", /status 500/);
  });
});

describe("vLLM", () => {
  it("tells its model, queue and KV cache", async () => {
    assert.deepEqual(await toldOf("vllm/up"), {
      kind: "vllm",
      name: "vLLM :PORT",
      status: "up",
      version: "0.11.0",
      models: [{ name: "Qwen/Qwen2.5-1.5B-Instruct", contextLength: 32768 }],
      available: [],
      requestsRunning: 2,
      requestsQueued: 3,
      kvCacheUse: 0.42,
    });
  });

  it("is read under the older name of its KV cache, and with several engines as one", async () => {
    assert.equal((await toldOf("vllm/upEarlier")).kvCacheUse, 0.42);
    const { requestsRunning, requestsQueued, kvCacheUse } = await toldOf("vllm/twoEngines");
    assert.deepEqual([requestsRunning, requestsQueued, kvCacheUse], [5, 1, 0.75]);
  });

  it("with an API key tells its model by its figures, when the config says what it is", async () => {
    const { status, models, requestsRunning } = await toldOf("vllm/withApiKey", "vllm");
    assert.deepEqual([status, models, requestsRunning], ["up", [{ name: "Qwen/Qwen2.5-1.5B-Instruct" }], 2]);
  });

  it("is down when its engine is dead", async () => {
    const { status, message } = await toldOf("vllm/down");
    assert.equal(status, "down");
    assert.match(message ?? "", /^Its engine is dead .* start it again/);
  });
});

describe("LM Studio", () => {
  it("tells which models are loaded, by its newest list", async () => {
    assert.deepEqual(await toldOf("lmStudio/up"), {
      kind: "lm-studio",
      name: "LM Studio :PORT",
      status: "up",
      models: [{ name: "google/gemma-4-26b-a4b", contextLength: 4096 }],
      available: ["google/gemma-4-26b-a4b", "text-embedding-nomic-embed-text-v1.5"],
    });
  });

  it("is read by its older list where it answers the newer path with an error and status 200", async () => {
    const { models, available } = await toldOf("lmStudio/upEarlier");
    assert.deepEqual(models, [{ name: "meta-llama-3.1-8b-instruct", contextLength: 8192 }]);
    assert.deepEqual(available, ["qwen2-vl-7b-instruct", "meta-llama-3.1-8b-instruct"]);
  });

  it("is known without a single model", async () => {
    assert.equal((await toldOf("lmStudio/empty")).kind, "lm-studio");
  });

  it("is down with what to do when it wants a key", async () => {
    assert.match((await toldOf("lmStudio/down", "lm-studio")).message ?? "", /status 401: it wants an API key/);
  });
});

describe("Any other OpenAI-compatible server", () => {
  it("tells what may be asked for, and claims nothing to be loaded", async () => {
    const { kind, name, status, models, available } = await toldOf("openAiCompatible/up");
    assert.deepEqual([kind, name, status], ["openai-compatible", "Model server :PORT", "up"]);
    assert.deepEqual([models, available], [[], ["my-model"]]);
  });

  it("is down with its status", async () => {
    assert.match((await toldOf("openAiCompatible/down", "openai-compatible")).message ?? "", /status 503/);
  });
});
