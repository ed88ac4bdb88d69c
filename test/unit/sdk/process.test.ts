import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { until } from "../../support/until.ts";
import { OpenSocket } from "../socket/openSocket.ts";
import { AgentProcess } from "./agentProcess.ts";

const counts = (open: OpenSocket) => {
  const of = (type: string) => open.of("response").filter(({ queryType }) => queryType === type).length;
  return [of("talker"), of("thinker")];
};

describe("An agent's process with a monitor", () => {
  it("ends by itself while connected, and what it measured last arrives", async () => {
    for (const wait of ["0", "100"]) {
      await using open = await OpenSocket.start();
      await using agent = new AgentProcess("ends.ts", open.path, [wait]);
      assert.deepEqual(await agent.ended, { code: 0, stdout: "", stderr: "" });
      await until("its connection to close", () => open.left.length === 1);
      assert.deepEqual([counts(open), open.rejected], [[100, 100], {}]);
    }
  });

  it("sends what it has left when it exits or dies of an error", async () => {
    for (const [how, code] of [
      ["exit", 7],
      ["throw", 1],
    ] as const) {
      await using open = await OpenSocket.start();
      await using agent = new AgentProcess("ends.ts", open.path, ["200", how]);
      assert.equal((await agent.ended).code, code);
      await until("its connection to close", () => open.left.length === 1);
      assert.deepEqual([counts(open), open.rejected], [[100, 100], {}]);
    }
  });

  it("ends as fast when the collector is dead, or when there never was one", async () => {
    await using open = await OpenSocket.closed();
    for (const socket of [open.path, "/nonexistent/folder/sock", "x".repeat(300), undefined]) {
      await using agent = new AgentProcess("ends.ts", socket, ["20"]);
      assert.deepEqual(await agent.ended, { code: 0, stdout: "", stderr: "" });
    }
  });

  it("is neither stopped nor held by a collector that reads nothing", async function () {
    this.timeout(30_000);
    await using open = await OpenSocket.closed();
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write('{"type":"reply","id":"hello","ok":true}\n');
        socket.pause();
      });
    });
    await new Promise<void>((resolve) => server.listen(open.path, resolve));
    await using agent = new AgentProcess("floods.ts", open.path);
    const { code, stdout, stderr } = await agent.ended;
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(JSON.parse(stdout), { queued: 5000, counted: 50_000 });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("may measure in a worker thread", async () => {
    await using open = await OpenSocket.start();
    await using agent = new AgentProcess("worker.ts", open.path);
    assert.deepEqual(await agent.ended, { code: 0, stdout: "", stderr: "" });
    await until("both connections to close", () => open.left.length === 2);
    assert.deepEqual(counts(open), [1, 1]);
    assert.equal(new Set(open.left.map(({ hello }) => hello.pid)).size, 1);
  });
});
