import assert from "node:assert/strict";
import { createServer } from "node:net";
import { until } from "../../support/until.ts";
import { AnsweringServer, type Handler, replies } from "./support/answeringServer.ts";
import { named, Watching } from "./support/watching.ts";

/** Long enough for several looks at the interval of the tests. */
const severalLooks = () => new Promise((resolve) => setTimeout(resolve, 200));

const page: Handler = (_, response) => {
  response.writeHead(200, { "content-type": "text/html" });
  response.end("<!doctype html><title>A page of somebody</title>");
};

describe("A program at a known port that is no model server", () => {
  it("is asked once, then after 60 s, and ever later up to ten minutes", async () => {
    await using app = await AnsweringServer.start(page);
    using watching = new Watching({ ports: [{ port: app.port, kind: "llama.cpp" }] });
    await until("the first request", () => app.asked.length === 1);
    for (const [i, pause] of [60, 120, 240, 480, 600, 600].entries()) {
      watching.pass(pause - 15);
      await severalLooks();
      assert.equal(app.asked.length, i + 1, `before ${pause} s are over`);
      watching.pass(15);
      await until(`a request after ${pause} s`, () => app.asked.length === i + 2);
    }
    assert.deepEqual([...new Set(app.asked)], ["/v1/models"]);
    assert.deepEqual(watching.servers, []);
  });

  it("is none though it answers with JSON, a redirect, an error or another list", async () => {
    const answers: Handler[] = [
      (_, response) => response.end('{"hello":"world"}'),
      (_, response) => response.end('{"data":[{"id":1}]}'),
      (_, response) => response.end('{"data":[{"id":"a user"}]}'),
      (_, response) => response.end("[]"),
      (_, response) => response.writeHead(302, { location: "/api/ps" }).end(),
      (_, response) => response.writeHead(401).end('{"error":"Unauthorized"}'),
      (_, response) => response.writeHead(503).end('{"error":"maintenance"}'),
      (request) => request.socket.destroy(),
      (request) => request.socket.end("SSH-2.0-OpenSSH_9.9\r\n"),
    ];
    for (const answer of answers) {
      await using app = await AnsweringServer.start(answer);
      using watching = new Watching({ ports: [{ port: app.port }] });
      await until("the request", () => app.asked.length > 0);
      await severalLooks();
      assert.deepEqual([app.asked, watching.servers], [["/v1/models"], []], String(answer));
    }
  });

  it("gets no more requests for starting anew again and again", async () => {
    await using app = await AnsweringServer.start(page);
    using _ = new Watching({ ports: [{ port: app.port }] });
    await until("the first request", () => app.asked.length === 1);
    for (let i = 0; i < 3; i++) {
      await app.die();
      await severalLooks();
      await app.listen();
      await severalLooks();
    }
    assert.equal(app.asked.length, 1);
  });

  it("is found when a model server takes its place, a minute after the last question", async () => {
    await using app = await AnsweringServer.start(page);
    using watching = new Watching({ ports: [{ port: app.port }] });
    await until("the first request", () => app.asked.length === 1);
    watching.pass(60);
    await until("the second request", () => app.asked.length === 2);
    await app.die();
    app.answers = replies("vllm/up");
    await app.listen();
    watching.pass(60);
    assert.equal((await watching.server("vLLM", ({ status }) => status === "up")).kind, "vllm");
  });
});

describe("A known port", () => {
  it("where nothing listens is not even connected to", async function () {
    if (process.platform !== "linux") this.skip();
    const connections: unknown[] = [];
    const server = createServer((socket) => connections.push(socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    using watching = new Watching({ ports: [{ port }] });
    await severalLooks();
    assert.deepEqual([connections, watching.told, watching.log], [[], [], []]);
  });

  it("is found on IPv6 alone", async () => {
    await using server = await AnsweringServer.start(replies("ollama/up"), "::1");
    using watching = new Watching({ ports: [{ port: server.port, kind: "ollama" }] });
    const { url, name } = await watching.server("Ollama", ({ status }) => status === "up");
    assert.deepEqual([url, name], [`http://[::1]:${server.port}`, `Ollama :${server.port}`]);
  });

  it("of a target of the config is told once, by the target's name", async () => {
    await using server = await AnsweringServer.start(replies("ollama/up"));
    const target = { ...named(`http://localhost:${server.port}`), name: "My models" };
    using watching = new Watching({ ports: [{ port: server.port, kind: "ollama" }], targets: [target] });
    const { name, kind } = await watching.server("the target", ({ status }) => status === "up");
    assert.deepEqual([name, kind], ["My models", "ollama"]);
    await severalLooks();
    assert.equal(watching.servers.length, 1);
    watching.watch.setTargets([]);
    await watching.server("the server by its port", (found) => found.name === `Ollama :${server.port}`);
    assert.equal(watching.servers.length, 1);
  });
});

describe("Watching", () => {
  it("asks nothing at an interval of 0, and tells no server then", async () => {
    await using server = await AnsweringServer.start(replies("ollama/up"));
    using watching = new Watching({ ports: [{ port: server.port }], interval: 0, targets: [named(server.url)] });
    await severalLooks();
    assert.deepEqual([server.asked, watching.told], [[], []]);
    watching.watch.setInterval(0.02);
    await watching.server("Ollama", ({ status }) => status === "up");
    watching.watch.setInterval(0);
    assert.deepEqual(watching.servers, []);
    await severalLooks();
    const asked = server.asked.length;
    await severalLooks();
    assert.equal(server.asked.length, asked);
  });

  it("tells nothing again while nothing changes, asks one thing at a time, and seldom what seldom changes", async () => {
    await using server = await AnsweringServer.start(replies("ollama/up"));
    using watching = new Watching({ ports: [{ port: server.port }] });
    await until("ten looks", () => server.count("/api/ps") >= 10);
    assert.equal(watching.told.length, 1);
    assert.equal(server.most, 1);
    assert.deepEqual([server.count("/v1/models"), server.count("/api/version"), server.count("/api/tags")], [1, 1, 1]);
    watching.pass(61);
    await until("the list of models anew", () => server.count("/api/tags") === 2);
  });

  it("tells nothing after its end", async () => {
    await using server = await AnsweringServer.start((_, response) => setTimeout(() => response.end("{}"), 50));
    const watching = new Watching({ targets: [named(server.url)] });
    await until("a request", () => server.asked.length === 1);
    watching.watch.dispose();
    const told = watching.told.length;
    await severalLooks();
    assert.deepEqual([watching.told.length, watching.log], [told, []]);
  });
});
