import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readDocuments } from "../../../examples/agent/src/documents.ts";
import { type EmbeddedModelServer, startEmbeddedModelServer } from "../../../examples/agent/src/model/embedded.ts";
import { startOllamaServer } from "../../fixtures/clients/support/ollamaServer.ts";
import type { MeasuredCall } from "../../fixtures/clients/support/program.ts";
import { startClientProgram } from "./clientProgram.ts";

const MODEL = "example-talker";
const CALLS = 3;

describe("the client programs", function () {
  this.timeout(60_000);
  let models: EmbeddedModelServer;
  let ollama: Awaited<ReturnType<typeof startOllamaServer>>;
  let receiver: Server;
  let received: { path: string; type: string; bytes: number }[];

  before(async () => {
    models = await startEmbeddedModelServer(readDocuments());
    ollama = await startOllamaServer(models.baseUrl);
    receiver = createServer(async (request, response) => {
      let bytes = 0;
      for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
      received.push({ path: request.url ?? "", type: request.headers["content-type"] ?? "", bytes });
      response.writeHead(200, { "content-type": request.headers["content-type"] ?? "" }).end();
    });
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
  });
  beforeEach(() => {
    received = [];
  });
  after(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await ollama.close();
    await models.close();
  });

  async function figuresOf(name: string, baseUrl: string, env: NodeJS.ProcessEnv = {}): Promise<MeasuredCall[]> {
    const program = await startClientProgram(name, { baseUrl, model: MODEL, calls: CALLS, env });
    try {
      const before = Date.now() / 1000;
      const calls = await program.call();
      const most = Date.now() / 1000 - before;
      assert.equal(await program.end(), 0);
      check(calls, before, most);
      return calls;
    } finally {
      await program.kill();
    }
  }

  function check(calls: MeasuredCall[], before: number, most: number): void {
    assert.deepEqual(
      calls.map(({ streaming }) => streaming),
      [true, false, true],
    );
    let last = before - 0.01;
    for (const { model, outcome, start, duration, streaming, timeToFirstToken } of calls) {
      assert.deepEqual([model, outcome], [MODEL, "ok"]);
      assert.ok(start >= last, "one call after the other");
      assert.ok(duration > 0 && duration <= most + 0.01);
      assert.equal(timeToFirstToken !== undefined, streaming);
      if (timeToFirstToken !== undefined) assert.ok(timeToFirstToken > 0 && timeToFirstToken < duration);
      last = start;
    }
  }

  for (const name of ["openaiFetch", "openaiHttp", "langchain"]) {
    it(`${name} measures its calls`, async () => {
      await figuresOf(name, models.baseUrl);
    });
  }

  it("ollama measures its calls", async () => {
    await figuresOf("ollama", ollama.url);
  });

  const exports: [name: string, protocol: string, type: string][] = [
    ["vercelAi", "http/protobuf", "application/x-protobuf"],
    ["otelSdk", "http/protobuf", "application/x-protobuf"],
    ["otelSdk", "http/json", "application/json"],
  ];
  for (const [name, protocol, type] of exports) {
    it(`${name} measures its calls and exports their spans by ${protocol}`, async () => {
      const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
      await figuresOf(name, models.baseUrl, env);
      assert.ok(received.length > 0);
      assert.ok(received.every((one) => one.path === "/v1/traces" && one.type === type && one.bytes > 0));
    });
  }

  it("tell a call that fails", async () => {
    const program = await startClientProgram("openaiFetch", { baseUrl: models.baseUrl, model: MODEL, calls: 1 });
    try {
      await models.close();
      const [call] = await program.call();
      assert.equal(call?.outcome, "error");
    } finally {
      await program.kill();
    }
  });
});
