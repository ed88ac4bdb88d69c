import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { requestTurns } from "../../../src/collector/huntTurns.ts";
import { huntLeaks } from "../../../src/judges/leaks/hunt.ts";

describe("the turns of a hunt by requests", function () {
  this.timeout(60_000);
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function turnsBy(listener: RequestListener, longest: number, signal = new AbortController().signal) {
    server = createServer(listener).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/turn`;
    return { url, turns: requestTurns({ url, method: "POST", body: "{}" }, signal, longest) };
  }

  it("are as many as are asked for", async () => {
    let asked = 0;
    const { turns } = await turnsBy((_, response) => response.end(`${asked++}`), 60);
    assert.equal(await turns(5), 5);
    assert.equal(asked, 5);
  });

  it("keep nothing of an answer without end, and say which one it is", async () => {
    const piece = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const { url, turns } = await turnsBy((_, response) => {
      // As much as is taken: what a slow reader leaves is not sent.
      const send = () => {
        sent += piece.length;
        if (!response.destroyed && response.write(piece)) setImmediate(send);
      };
      response.on("drain", send);
      send();
    }, 3);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 20);
    await assert.rejects(turns(1), {
      message: `The answer to POST ${url} did not end within 3 s: a hunt needs turns that end, no stream that stays open.`,
    });
    clearInterval(watch);
    // Some of it is garbage that was not collected yet.
    assert.ok(most < Math.max(128 * 1024 * 1024, sent / 4), `${most} bytes kept of ${sent}`);
  });

  it("say so when there is no answer, one that fails, and one that breaks off", async () => {
    let listener: RequestListener = () => {};
    const { url, turns } = await turnsBy((request, response) => listener(request, response), 1);
    await assert.rejects(turns(1), {
      message: `POST ${url} was not answered within 1 s: a hunt needs turns that end.`,
    });
    listener = (_, response) => response.writeHead(503).end("busy");
    await assert.rejects(turns(1), {
      message: `POST ${url} was answered with 503: a hunt needs turns that succeed.`,
    });
    listener = (_, response) => response.write("half", () => response.destroy());
    await assert.rejects(turns(1), {
      message: `The answer to POST ${url} broke off (other side closed): a hunt needs turns that succeed.`,
    });
  });

  it("end in the middle of an answer when the hunt is cancelled", async () => {
    const controller = new AbortController();
    const { turns } = await turnsBy(
      (_, response) => response.write("begun", () => controller.abort(new Error("cancelled"))),
      60,
      controller.signal,
    );
    await assert.rejects(turns(1), { message: "cancelled" });
  });
});

describe("the turns of a hunt", () => {
  for (const turnCount of [52, 100, 600, 1000])
    it(`are ${turnCount} together when it is to do so many`, async () => {
      let done = 0;
      const report = await huntLeaks({
        agent: {
          read: async () => ({ "process.thread.count": 1 }),
          snapshot: async () => 0,
          watchAllocations: async () => {},
          allocations: async () => undefined,
          release: async () => {},
        },
        turns: async (count) => {
          done += count;
          return count;
        },
        turnCount,
        duration: 60,
        exact: false,
        explain: async () => [],
        onProgress: () => {},
        signal: new AbortController().signal,
        now: () => performance.now() / 1000,
      });
      assert.deepEqual([report.turns, done], [turnCount, turnCount]);
    });
});
