import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { until } from "../../support/until.ts";
import { OpenSocket, RawClient } from "./openSocket.ts";

describe("The event socket's address", () => {
  it("is open to its user alone and gone after the end", async () => {
    await using open = await OpenSocket.start();
    assert.equal(statSync(open.path).mode & 0o777, 0o600);
    await open.close();
    assert.equal(existsSync(open.path), false);
  });

  it("is taken over from a collector that was killed", async () => {
    await using open = await OpenSocket.closed();
    const script = `require("node:net").createServer().listen(${JSON.stringify(open.path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script]);
    assert.ok(existsSync(open.path));
    await open.open();
    await using client = new RawClient(open.path);
    await client.write("x\n");
    await until("an answer of the new one", () => client.replies.length === 1);
  });

  it("is not taken from a collector that lives", async () => {
    await using open = await OpenSocket.start();
    const second = new OpenSocket(open.folder);
    await assert.rejects(second.open(), /another collector serves it/);
    await using client = new RawClient(open.path);
    await client.write("x\n");
    await until("an answer of the first one", () => client.replies.length === 1);
  });

  it("is not cleared of what is no socket", async () => {
    await using open = await OpenSocket.closed();
    writeFileSync(open.path, "precious");
    await assert.rejects(open.open(), /not a socket of this user. Remove it/);
    assert.ok(existsSync(open.path));
  });
});
