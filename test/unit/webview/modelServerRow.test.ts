import assert from "node:assert/strict";
import type { ModelServerState } from "../../../src/model/modelServers.ts";
import { modelServerRow } from "../../../webview/dashboard/panels/modelServerRow.ts";

const NOW = 1_764_000_000;
const GIB = 2 ** 30;

const server = (told: Partial<ModelServerState> = {}): ModelServerState => ({
  url: "http://127.0.0.1:11434",
  kind: "ollama",
  name: "Ollama :11434",
  status: "up",
  models: [],
  available: [],
  time: NOW,
  ...told,
});
const row = (told: Partial<ModelServerState>) => modelServerRow(server(told), NOW);

describe("A model server in the dashboard", () => {
  it("has a severity and a word for each of its states", () => {
    const said = (["up", "loading", "down"] as const).map((status) => row({ status }));
    assert.deepEqual(
      said.map(({ severity, word }) => [severity, word]),
      [
        ["ok", "up"],
        ["info", "loading"],
        ["error", "down"],
      ],
    );
  });

  it("warns of a model that runs partly on the CPU, and shows which share is in GPU memory", () => {
    const note = "62 % of it on the CPU (5.10 of 13.4 GiB in GPU memory)";
    const { models } = row({ models: [{ name: "a", size: 13.4 * GIB, gpuSize: 6.7 * GIB, note }] });
    assert.deepEqual(models, [{ name: "a", size: "13.4 GiB", gpuShare: 0.5, words: [], warning: note }]);
  });

  it("says of a model on the GPU that it is, how much context it has and when it goes", () => {
    const model = { name: "a", size: 5 * GIB, gpuSize: 5 * GIB, contextLength: 32_768 };
    const words = (expires: number) => row({ models: [{ ...model, expires }] }).models[0]?.words;
    assert.deepEqual(words(NOW + 250), ["all of it in GPU memory", "context of 32,768 tokens", "unloaded in 4 min"]);
    assert.equal(words(NOW - 1)?.at(-1), "about to be unloaded");
  });

  it("shows no size, bar or figure that was not told", () => {
    const { models, figures, message, version } = row({ models: [{ name: "a" }] });
    assert.deepEqual(models, [{ name: "a", size: "", gpuShare: undefined, words: [], warning: undefined }]);
    assert.deepEqual([figures, message, version], [[], undefined, ""]);
  });

  it("tells queue, KV cache and rates with their words", () => {
    const busy = { requestsRunning: 2, requestsQueued: 0, kvCacheUse: 0.42, tokensPerSecond: 38.24 };
    assert.deepEqual(row({ ...busy, promptTokensPerSecond: 409.6 }).figures, [
      "2 running",
      "0 queued",
      "KV cache 42 % used",
      "38.2 tokens/s",
      "410 prompt tokens/s",
    ]);
    assert.deepEqual(row({ tokensPerSecond: 0, promptTokensPerSecond: 0 }).figures, ["0 tokens/s"]);
  });

  it("with no model loaded says what there is, and of what is loaded no more than it knows", () => {
    assert.equal(row({}).others, "No model loaded");
    assert.equal(row({ available: ["a"] }).others, "No model loaded; a");
    assert.equal(row({ available: ["a", "b"] }).others, "No model loaded; 2 to choose from");
    assert.equal(row({ status: "down" }).others, undefined);
    const other = (...available: string[]) => row({ kind: "openai-compatible", available }).others;
    assert.equal(other("a", "b", "c", "d", "e"), "Offers a, b, c and 2 more");
    assert.equal(other(), undefined);
  });
});
