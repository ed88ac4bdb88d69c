import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import { AnsweringServer, type Handler, replies } from "./support/answeringServer.ts";
import { named, Watching } from "./support/watching.ts";

describe("A model server that was found", () => {
  it("is told as down since when it went, and as up when it comes back", async () => {
    await using server = await AnsweringServer.start(replies("ollama/up"));
    using watching = new Watching({ ports: [{ port: server.port, kind: "ollama" }] });
    await watching.server("it up", ({ status }) => status === "up");
    await server.die();
    const down = await watching.server("it down", ({ status }) => status === "down");
    assert.match(down.message ?? "", /, since \d\d:\d\d:\d\d$/);
    assert.deepEqual(down.models, []);
    assert.ok(down.time > 0, "when it last answered");
    await server.listen();
    await watching.server("it up again", ({ status }) => status === "up");
    assert.deepEqual(
      watching.log.map((line) => / is (up|down)/.exec(line)?.[1]),
      ["up", "down", "up"],
    );
  });

  it("is forgotten a minute after it went, and found again", async () => {
    await using server = await AnsweringServer.start(replies("vllm/up"));
    using watching = new Watching({ ports: [{ port: server.port }] });
    await watching.server("it up", ({ status }) => status === "up");
    await server.die();
    await watching.server("it down", ({ status }) => status === "down");
    watching.pass(30);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(watching.servers.length, 1);
    watching.pass(31);
    await until("it forgotten", () => watching.servers.length === 0);
    server.answers = replies("ollama/up");
    await server.listen();
    assert.equal((await watching.server("another one", ({ status }) => status === "up")).kind, "ollama");
  });

  it("whose port is taken by another program leaves that one alone", async () => {
    await using server = await AnsweringServer.start(replies("vllm/up"));
    using watching = new Watching({ ports: [{ port: server.port }] });
    await watching.server("it up", ({ status }) => status === "up");
    server.answers = { "/": { status: 200, text: "<p>Hello</p>" } };
    await watching.server("it down", ({ status }) => status === "down");
    const asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(server.asked.length, asked);
    watching.pass(61);
    await until("it forgotten", () => watching.servers.length === 0);
    await until("one question to the other program", () => server.asked.length === asked + 1);
  });
});

describe("A server of the config", () => {
  it("is told as down with the reason while nothing is there, and as up once it is", async () => {
    await using server = await AnsweringServer.start(replies("llamaCpp/up"));
    await server.die();
    using watching = new Watching({ targets: [named(server.url)] });
    const down = await watching.server("it down", () => true);
    assert.deepEqual([down.status, down.message], ["down", `Nothing listens at 127.0.0.1:${server.port}`]);
    watching.pass(3600);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(watching.servers.length, 1, "stays");
    await server.listen();
    assert.equal((await watching.server("it up", ({ status }) => status === "up")).kind, "llama.cpp");
    assert.equal(watching.log.filter((line) => line.startsWith("warning")).length, 1);
  });

  it("goes from loading to up", async () => {
    await using server = await AnsweringServer.start(replies("llamaCpp/loading"));
    using watching = new Watching({ targets: [named(server.url)] });
    await watching.server("it loading", ({ status }) => status === "loading");
    server.answers = replies("llamaCpp/up");
    const { models } = await watching.server("it up", ({ status }) => status === "up");
    assert.equal(models.length, 1);
  });

  it("may have an address that is none, or a password, which is told to nobody", async () => {
    await using server = await AnsweringServer.start(replies("ollama/up"));
    const withPassword = server.url.replace("//", "//me:secret@");
    using watching = new Watching({
      targets: [named("http://:0:0"), named("http://[::", "vllm"), named(withPassword)],
    });
    const up = await watching.server("the good one", ({ status }) => status === "up");
    assert.equal(up.url, server.url);
    const messages = watching.servers.filter(({ status }) => status === "down").map(({ message }) => message);
    assert.deepEqual(messages, Array(2).fill("Its address is no URL: write http://host:port"));
    assert.doesNotMatch(JSON.stringify([watching.told, watching.log]), /secret/);
  });
});

describe("Bad answers of a server of the config", () => {
  const bad: [string, Handler, RegExp][] = [
    ["garbage", (_, response) => response.end(Buffer.alloc(5000, 0xfe)), /is no JSON object/],
    ["JSON cut short", (_, response) => response.end('{"models":[{"name":"a'), /is no JSON object/],
    ["a list of something else", (_, response) => response.end('{"models":7}'), /is not the list of Ollama/],
    ["a redirect", (_, response) => response.writeHead(301, { location: "http://127.0.0.1:1/" }).end(), /redirects/],
    ["a connection that breaks", (request) => request.socket.destroy(), /closed the connection without an answer/],
    [
      "a body cut short",
      (request, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("{", () => request.socket.destroy());
      },
      /closed the connection|can't be reached/,
    ],
    ["no HTTP", (request) => request.socket.end("220 smtp ready\r\n"), /can't be reached/],
    [
      "an endless body",
      (_, response) => {
        const chunk = Buffer.alloc(1 << 16, "[");
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on("drain", more);
        more();
      },
      /longer than 1 MiB/,
    ],
    ["no answer", () => {}, /No answer to \/api\/ps within 2 s/],
    [
      "an answer that never ends",
      (_, response) => {
        const timer = setInterval(() => response.write(" "), 20);
        response.once("close", () => clearInterval(timer));
      },
      /No answer to \/api\/ps within 2 s/,
    ],
  ];
  for (const [what, answers, message] of bad) {
    it(`${what} makes it down, in words, and it is up again with a good one`, async () => {
      await using server = await AnsweringServer.start(answers);
      using watching = new Watching({ targets: [named(server.url, "ollama")] });
      const down = await watching.server("it down", () => true);
      assert.equal(down.status, "down");
      assert.match(down.message ?? "", message);
      assert.equal(server.most, 1, "one request at a time");
      server.answers = replies("ollama/up");
      await watching.server("it up", ({ status }) => status === "up");
    });
  }

  it("inside a good list cost their entry alone", async () => {
    const models = [null, 7, { name: "" }, { name: "x".repeat(1000) }, { name: "good", size: -1, size_vram: "all" }];
    await using server = await AnsweringServer.start({
      "/api/ps": { status: 200, body: { models } },
      "/api/tags": { status: 200, body: { models: "none" } },
      "/api/version": { status: 200, body: { version: { major: 1 } } },
    });
    using watching = new Watching({ targets: [named(server.url, "ollama")] });
    const state = await watching.server("it up", ({ status }) => status === "up");
    assert.deepEqual([state.models, state.available, state.version], [[{ name: "good" }], [], undefined]);
  });

  it("to further questions leave it up, and say so", async () => {
    const { "/metrics": _, ...others } = replies("vllm/up");
    await using server = await AnsweringServer.start(others);
    using watching = new Watching({ ports: [{ port: server.port }] });
    const state = await watching.server("it up", ({ status }) => status === "up");
    assert.deepEqual([state.message, state.requestsRunning], ["It did not tell its figures at /metrics", undefined]);
    server.answers = replies("vllm/up");
    await watching.server("its figures", ({ requestsRunning }) => requestsRunning === 2);
  });
});
