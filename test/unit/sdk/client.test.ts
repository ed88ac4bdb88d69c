import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { builtinModules, createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildClient, clientFiles } from "../../../scripts/buildClient.ts";
import type { createMonitor as CreateMonitor } from "../../../src/sdk/api.ts";
import { OpenSocket, TOKEN } from "../socket/openSocket.ts";

type Client = { createMonitor: typeof CreateMonitor };

describe("The built client", () => {
  it("is one file without dependencies, under 20 kB for the package", async () => {
    const files = await clientFiles();
    for (const name of ["sdk/index.mjs", "sdk/index.cjs"]) assert.ok((files[name]?.length ?? 1e9) < 20_000, name);
    for (const [name, content] of Object.entries(files)) {
      const imports = [...content.matchAll(/(?:from\s*|require\(|import\()"([^"]+)"/g)].map(([, from]) => from ?? "");
      for (const from of imports) assert.ok(builtinModules.includes(from.replace(/^node:/, "")), `${name}: ${from}`);
    }
    assert.match(files["client/agent-vitals.mjs"] ?? "", /^\/\*\n \* Agent Vitals .* MIT licence/);
  });

  it("reports the same in each of its forms", async () => {
    const folder = await mkdtemp(join(tmpdir(), "av-client-"));
    await buildClient(folder);
    const load = (name: string) => import(pathToFileURL(join(folder, name)).href) as Promise<Client>;
    const forms = [
      await load("sdk/index.mjs"),
      await load("sdk/index.cjs"),
      createRequire(import.meta.url)(join(folder, "sdk/index.cjs")) as Client,
      await load("client/agent-vitals.mjs"),
    ];
    for (const { createMonitor } of forms) {
      await using open = await OpenSocket.start();
      const monitor = createMonitor({ socket: open.path, token: TOKEN });
      monitor.measure("talker", () => {});
      await monitor.close();
      assert.equal(open.of("response").length, 1);
      assert.match(open.left[0]?.hello.client ?? "", /^agent-vitals-node \d+\.\d+\.\d+$/);
    }
    await rm(folder, { recursive: true });
  });
});
