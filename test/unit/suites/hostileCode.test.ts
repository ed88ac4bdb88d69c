import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../support/until.ts";
import { SuiteFolder } from "./folder.ts";
import { startQueueServer } from "./queueServer.ts";
import { run, runFile, watchedWorld } from "./running.ts";

/** The machine of a test may be busy: how late it is says nothing here. */
const patient = { maxLateness: "10s", load: { kind: "users", users: 1 } };

/** Functions that a target calls, one export each: its 20th call is the bad one. */
const functions = `
let calls = 0;
const wait = () => new Promise((done) => setTimeout(done, 5));
export async function exits() { if (++calls === 20) process.exit(3); await wait(); }
export async function throwsLater() { if (++calls === 20) setTimeout(() => { throw new Error("its own timer failed"); }); await wait(); }
export async function blocks() { if (++calls === 20) for (;;); await wait(); }
`;

describe("code that a suite's run calls", () => {
  let folder: SuiteFolder;

  beforeEach(() => {
    folder = new SuiteFolder();
    folder.write("functions.mjs", functions);
  });
  afterEach(() => folder[Symbol.dispose]());

  const callOf = (name: string, scenario: object, more: object = {}) => ({
    version: 1,
    pause: "1ms",
    targets: { module: { kind: "module", module: `functions.mjs#${name}` } },
    scenarios: { one: { target: "module", request: {}, ...patient, ...scenario } },
    ...more,
  });
  const options = () => ({ folder: folder.path });

  for (const [name, told] of [
    ["exits", /^one: The thread that generates the load ended with exit code 3, as by process\.exit\(\)$/],
    ["throwsLater", /^one: An error that nothing caught ended the thread .*: its own timer failed$/],
    ["blocks", /^one: The thread that generates the load said nothing for 5\.1 s: a function that never yields/],
  ] as const)
    it(`may end its thread (${name}): that is told, and what was measured is kept`, async () => {
      const form = callOf(name, { count: 12, timeout: "100ms" }, { repeats: 3 });
      const { status, reason, scenarios } = await run(form, options());
      assert.equal(status, "partial");
      assert.match(reason ?? "", told);
      assert.equal(scenarios.one?.repeats[0]?.requests, 12);
    });

  it("may never yield: who asks for the end is not kept waiting for it", async () => {
    const ending = new AbortController();
    const onProgress = ({ kind }: { kind: string }) => {
      if (kind === "ended") setTimeout(() => ending.abort(), 300);
    };
    const form = callOf("blocks", { count: 19, timeout: "10m" }, { repeats: 3 });
    const { status, scenarios } = await run(form, { ...options(), signal: ending.signal, onProgress });
    assert.equal(status, "partial");
    assert.equal(scenarios.one?.repeats[0]?.requests, 19);
  });

  const suiteFile = (scenario: string, steps = "") =>
    folder.write(
      "one.perf.mjs",
      `export default {
        targets: { server: { kind: "http", url: process.env.QUEUE_SERVER } },
        scenarios: { one: { target: "server", maxLateness: "10s", load: { kind: "users", users: 1 }, ${scenario} } },
        ${steps}
      };`,
    );

  for (const [how, request] of [
    ["throws", `({ number }) => { if (number === 3) throw new Error("no such row"); return {}; }`],
    ["rejects", `async ({ number }) => { if (number === 3) throw new Error("no such row"); return {}; }`],
  ])
    for (const load of [`{ kind: "users", users: 1 }`, `{ kind: "constant", rate: 50 }`])
      it(`makes a failed request of one that ${how}, under ${load}`, async () => {
        await using server = await startQueueServer();
        process.env.QUEUE_SERVER = server.url;
        const file = suiteFile(`request: ${request}, load: ${load}, count: 10`);
        const { status, scenarios } = await runFile(file);
        const { requests, errors } = scenarios.one?.repeats[0] ?? {};
        assert.deepEqual([status, requests, errors], ["complete", 10, { failed: 1 }]);
      });

  it("may never end a step: it has its time, and its signal says when nobody waits any more", async () => {
    await using server = await startQueueServer();
    process.env.QUEUE_SERVER = server.url;
    const never = `function never({ signal }) { signal.onabort = () => { globalThis.gaveUp = true; }; return new Promise(() => {}); }`;
    const short = `{ call: ${never}, timeout: "100ms" }`;
    await assert.rejects(runFile(suiteFile("request: {}, count: 2", `setup: [${short}]`)), /^Error: never did not end/);
    assert.equal((globalThis as { gaveUp?: boolean }).gaveUp, true);
  });

  it("keeps what was measured of a suite whose teardown never ends", async () => {
    await using server = await startQueueServer();
    process.env.QUEUE_SERVER = server.url;
    const notes: string[] = [];
    const ending = new AbortController();
    const never = "() => new Promise(() => {})";
    const file = suiteFile("request: {}, count: 2", `teardown: [{ call: ${never}, timeout: "50ms" }, ${never}]`);
    const result = await runFile(file, {
      signal: ending.signal,
      onProgress: (told) => {
        if (told.kind === "note") notes.push(told.text);
        // The second one has a minute, and is not waited for by who asks for the end.
        if (told.kind === "step" && notes.length === 1) setTimeout(() => ending.abort(), 10);
      },
    });
    assert.equal(result.scenarios.one?.repeats[0]?.requests, 2);
    assert.match(notes.join("\n"), /did not end within[^\n]*\n.*It was ended before its end$/);
  });

  it("may never end a step of the setup: who asks for the end is not kept waiting for it", async () => {
    const ending = new AbortController();
    const file = suiteFile("request: {}, count: 2", "setup: [() => new Promise(() => {})]");
    process.env.QUEUE_SERVER = "http://127.0.0.1:1";
    const running = runFile(file, {
      signal: ending.signal,
      onProgress: ({ kind }) => {
        if (kind === "step") setTimeout(() => ending.abort(), 10);
      },
    });
    await assert.rejects(running, /It was ended before its end/);
  });

  describe("and its commands", () => {
    /** Writes into a file as long as it lives, whatever becomes of its input. */
    const command = (file: string) => [
      "-e",
      `setInterval(() => require("node:fs").appendFileSync(${JSON.stringify(file)}, "."), 20); console.log("ready");`,
    ];

    const endsWith = async (runIt: (args: string[]) => Promise<unknown>) => {
      const file = folder.write("life.txt", "");
      await assert.rejects(runIt(command(file)));
      const size = () => readFileSync(file).length;
      assert.ok(size() > 0, "it ran");
      await until("the command has ended", async () => {
        const before = size();
        await sleep(500);
        return size() === before;
      });
    };

    it("end with a run whose agent can't be watched", async () => {
      let watches = 0;
      const world = watchedWorld(
        () => ({}),
        () => {
          if (++watches > 1) throw new Error("The agent is gone.");
        },
      );
      await endsWith((args) =>
        run(
          {
            ...callOf("", {}),
            agent: "nope",
            targets: { module: { kind: "stdio", command: process.execPath, args, ready: "ready" } },
            scenarios: { one: { target: "module", request: { text: "hi" }, warmUp: "300ms", ...patient } },
          },
          { ...options(), world },
        ),
      );
    });

    it("end with a thread that never yields", async () => {
      const ending = new AbortController();
      await endsWith((args) => {
        const target = { kind: "stdio", command: process.execPath, args, ready: "ready" };
        const file = folder.write(
          "blocking.perf.mjs",
          `export default {
            targets: { tool: ${JSON.stringify(target)} },
            scenarios: { one: { target: "tool", request: () => { for (;;); }, load: { kind: "users", users: 1 } } },
          };`,
        );
        const onProgress = ({ kind }: { kind: string }) => {
          if (kind !== "begun") return;
          void until("it runs", () => readFileSync(`${folder.path}/life.txt`).length > 0).then(() =>
            setTimeout(() => ending.abort(), 500),
          );
        };
        return runFile(file, { signal: ending.signal, onProgress });
      });
    });
  });
});
