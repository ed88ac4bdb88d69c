import assert from "node:assert/strict";
import { request } from "node:http";
import { SlotRate } from "../../../src/inputs/modelServers/llamaCppSlots.ts";
import { offloadNote } from "../../../src/inputs/modelServers/offload.ts";
import { highestOf, parseMetrics, sumOf } from "../../../src/inputs/modelServers/prometheus.ts";
import { Rate } from "../../../src/inputs/modelServers/rate.ts";
import { until } from "../../support/until.ts";
import { AnsweringServer, type Reply, replies } from "./support/answeringServer.ts";
import { Watching } from "./support/watching.ts";

describe("Metrics as text", () => {
  const names = new Set(["a", "b:c", "d"]);

  it("are read with labels, escapes, exponents, times and spaces", () => {
    const text = [
      "# HELP a Something",
      "# TYPE a counter",
      'a{x="1",y="two, {three} \\"four\\" \\\\ \\n"} 1e3 1700000000000',
      'a{x="2"}\t2.5\r',
      "b:c 7",
      "d { } 1",
      "  indented 1",
    ].join("\n");
    const metrics = parseMetrics(text, names);
    assert.equal(sumOf(metrics, "a"), 1002.5);
    assert.equal(highestOf(metrics, "a"), 1000);
    assert.deepEqual(metrics.get("a")?.[0]?.labels, { x: "1", y: 'two, {three} "four" \\ \n' });
    assert.equal(sumOf(metrics, "b:c"), 7);
    assert.equal(sumOf(metrics, "other"), undefined);
  });

  it("that are none are left out, and cost no other", () => {
    const text = [
      "a",
      "a NaN",
      "a +Inf",
      "a nan",
      "a{x=",
      'a{x="} 1',
      "a 0x10",
      "a  ",
      "a 5",
      "\u0000",
      "}{",
      "a 1 2 3",
    ].join("\n");
    assert.equal(sumOf(parseMetrics(text, names), "a"), 5);
    assert.equal(parseMetrics("", names).size, 0);
  });

  it("of a megabyte of braces are read at once", () => {
    const text = `a${"{".repeat(1 << 20)}\na{${'x="1",'.repeat(100_000)}} 3\n`;
    const begin = performance.now();
    assert.equal(sumOf(parseMetrics(text, names), "a"), 3);
    assert.ok(performance.now() - begin < 5000, "no backtracking without end");
  });
});

describe("The rate of a counter", () => {
  it("is its growth a second, unknown at first and after a reset", () => {
    const rate = new Rate();
    const looks: [number | undefined, number][] = [
      [100, 10],
      [150, 15],
      [150, 20],
      [20, 25],
      [30, 30],
      [undefined, 35],
      [50, 40],
      [60, 40],
    ];
    assert.deepEqual(
      looks.map(([count, time]) => rate.next(count, time)),
      [undefined, 10, 0, undefined, 2, undefined, undefined, undefined],
    );
  });

  it("of slots counts the requests that ran at both looks", () => {
    const rate = new SlotRate();
    const slot = (task: number, decoded: number, busy = true) => ({ task, decoded, busy });
    assert.equal(rate.next([slot(1, 10), slot(2, 5)], 100), undefined);
    assert.equal(rate.next([slot(1, 60), slot(2, 30)], 105), 15);
    assert.equal(rate.next([slot(1, 110), slot(3, 400)], 110), 10, "a new request has no known part");
    assert.equal(rate.next([slot(1, 120, false)], 115), undefined);
  });

  it("comes to the view from a server's counters, and starts anew with the server", async () => {
    const answers = replies("vllm/up");
    await using server = await AnsweringServer.start(answers);
    using watching = new Watching({ ports: [{ port: server.port }] });
    await watching.server("it up", ({ status }) => status === "up");
    const grow = (text: string, by: number) =>
      text.replace(/(vllm:generation_tokens_total\{.*\} )([\d.]+)/, (_, name, count) => `${name}${Number(count) + by}`);
    const metrics = answers["/metrics"] as Reply;
    metrics.text = grow(metrics.text ?? "", 1000);
    watching.pass(100);
    const { tokensPerSecond = 0 } = await watching.server("a rate", (s) => (s.tokensPerSecond ?? 0) > 0);
    assert.ok(tokensPerSecond > 8 && tokensPerSecond <= 10, `${tokensPerSecond} tokens/s of 1000 in 100 s`);
    await watching.server("rest", (s) => s.tokensPerSecond === 0 && s.promptTokensPerSecond === 0);
    metrics.text = grow(metrics.text ?? "", -5900);
    await watching.server("no rate at a reset", (s) => s.status === "up" && s.tokensPerSecond === undefined);
  });
});

describe("llama.cpp's rates", () => {
  it("are taken against the time that it computed, since its counters move when a response ends", async () => {
    const answers = replies("llamaCpp/up");
    await using server = await AnsweringServer.start(answers);
    using watching = new Watching({ ports: [{ port: server.port }] });
    const running = await watching.server("it up", ({ status }) => status === "up");
    assert.equal(running.tokensPerSecond, undefined, "nothing is known while the first response runs");
    const metrics = answers["/metrics"] as Reply;
    metrics.text = (metrics.text ?? "")
      .replace("tokens_predicted_total 5040", "tokens_predicted_total 5440")
      .replace("predicted_seconds_total 120", "predicted_seconds_total 130")
      .replace("requests_processing 2", "requests_processing 0");
    await watching.server("the speed of what ended", ({ tokensPerSecond }) => tokensPerSecond === 40);
    await watching.server("rest", ({ tokensPerSecond }) => tokensPerSecond === 0);
  });
});

describe("llama.cpp that may sleep", () => {
  it("is not woken up", async () => {
    await using server = await AnsweringServer.start(replies("llamaCpp/asleep"));
    using watching = new Watching({ ports: [{ port: server.port }] });
    const { status, message, models, available } = await watching.server("it told", () => true);
    assert.deepEqual([status, models], ["up", []]);
    assert.equal(message, "Asleep: its model is unloaded until somebody asks for it");
    assert.deepEqual(available, ["Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf"]);
    await until("ten looks", () => server.count("/health") >= 10);
    assert.equal(server.count("/metrics", "/slots"), 0);
  });

  it("is let fall asleep: its figures are asked for only while somebody is connected", async function () {
    if (process.platform !== "linux") this.skip();
    await using server = await AnsweringServer.start(replies("llamaCpp/awake"));
    using watching = new Watching({ ports: [{ port: server.port }] });
    const idle = await watching.server("it idle", ({ requestsRunning }) => requestsRunning === 0);
    assert.equal(idle.requestsQueued, 0);
    const count = () => server.count("/metrics", "/slots");
    const before = count();
    const looks = server.count("/health");
    await until("ten more looks", () => server.count("/health") >= looks + 10);
    assert.equal(count(), before);
    const client = request(`http://127.0.0.1:${server.port}/slow`).on("error", () => {});
    server.answers = ((all) => (asked, response) => {
      const { status, body, text } = all[asked.url ?? ""] ?? { status: 404 };
      if (asked.url !== "/slow") response.writeHead(status).end(text ?? JSON.stringify(body));
    })(replies("llamaCpp/awake")) satisfies typeof server.answers;
    client.end();
    await until("figures asked for again", () => count() > before + 3);
    client.destroy();
  });
});

describe("The words for a model's place", () => {
  it("never round a part to all or nothing", () => {
    assert.equal(offloadNote(1000, 1000), undefined);
    assert.equal(offloadNote(1000, 2000), undefined);
    assert.equal(offloadNote(0, 0), undefined);
    assert.equal(offloadNote(13.4 * 2 ** 30, 8.3 * 2 ** 30), "38 % of it on the CPU (8.30 of 13.4 GiB in GPU memory)");
    assert.match(offloadNote(2 ** 40, 2 ** 40 - 1) ?? "", /^1 % of it on the CPU/);
    assert.match(
      offloadNote(2 ** 40, 2 ** 20) ?? "",
      /^99 % of it on the CPU \(1\.00 MiB of 1\.00 TiB in GPU memory\)$/,
    );
  });
});
