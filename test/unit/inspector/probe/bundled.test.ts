import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { NODE_MAJORS, nodeBinary } from "../../../../scripts/nodeVersions.ts";
import type { installExpression } from "../../../../src/inputs/inspector/probe/expression.ts";
import { startModelServer } from "../../../fixtures/probe/modelServer.ts";
import { until } from "../../../support/until.ts";
import { startAgent } from "./attached.ts";

const SOURCE = fileURLToPath(new URL("../../../../src/inputs/inspector/probe/expression.ts", import.meta.url));

describe("The probe out of the minified bundle", () => {
  it("measures in agents on every Node version", async function () {
    this.timeout(180_000);
    const folder = await mkdtemp(join(tmpdir(), "probe-"));
    const server = await startModelServer();
    try {
      const outfile = join(folder, "expression.mjs");
      await build({
        entryPoints: [SOURCE],
        outfile,
        bundle: true,
        minify: true,
        format: "esm",
        platform: "node",
        target: "node22.15",
        logLevel: "error",
      });
      const bundled: { installExpression: typeof installExpression } = await import(pathToFileURL(outfile).href);
      const expression = bundled.installExpression({ binding: "__tell", thread: 3 });
      assert.ok(expression.length < 20_000, `${expression.length} characters`);
      for (const major of NODE_MAJORS) {
        const agent = await startAgent(await nodeBinary(major));
        try {
          const client = await agent.attach();
          await client.addBinding();
          assert.equal(await client.evaluate(expression), "installed");
          for (const via of ["fetch", "http", "http2"]) {
            const url = `${via === "http2" ? server.http2 : server.http}/v1/chat/completions`;
            await agent.order("call", { via, url, body: { model: via, stream: true, order: { encoding: "gzip" } } });
          }
          const calls = await until("three calls", () => client.calls().length === 3 && client.calls());
          const figures = calls.map((call) => [call.transport, call.model, call.outcome, call.outputTokens]);
          assert.deepEqual(
            figures,
            ["fetch", "http", "http2"].map((via) => [via, via, "ok", 10]),
          );
          assert.ok(calls.every(({ timeToFirstToken }) => timeToFirstToken !== undefined));
          assert.equal(client.batches[0]?.thread, 3);
          await until("runtime figures", () => client.runtimes()[0]);
        } finally {
          await agent.stop();
        }
      }
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
