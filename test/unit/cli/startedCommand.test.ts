import assert from "node:assert/strict";
import { join } from "node:path";
import { isLauncher } from "../../../src/collector/agentUnder.ts";
import { freePort } from "../../fixtures/leaks/programs.ts";
import { until } from "../../support/until.ts";
import { alive } from "../support/workplace.ts";
import { Terminal } from "./terminal.ts";

const telling = join(import.meta.dirname, "../../fixtures/leaks/support/telling.mjs");

describe("A command that leaks starts", function () {
  this.timeout(120_000);
  let terminal: Terminal;
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal.dispose());

  const agent = `"${process.execPath}" -e "console.error('pid', process.pid); import('${telling}')"`;
  const pidOf = async (hunt: ReturnType<Terminal["cli"]>) => Number((await hunt.says(/pid \d+/, 60)).slice(4));

  async function leaks(shell: string, ...options: string[]) {
    const port = await freePort();
    const action = ["--action", `http://127.0.0.1:${port}/`, ...options];
    return terminal.cli("leaks", ...action, "--", "sh", "-c", `export PORT=${port}; ${shell}`);
  }

  it("may be a shell: the agent under it is hunted in and named, and ends with it", async () => {
    const hunt = await leaks(`${agent}; true`, "--turns", "40", "--no-snapshot");
    const pid = await pidOf(hunt);
    const { stdout, stderr } = await hunt.ended;
    assert.match(stdout, /^node: (no leak|leak|inconclusive)/, stderr);
    await until("the agent has ended", () => !alive(pid));
  });

  it("ends with all that it started when it is interrupted before the hunt", async () => {
    const hunt = await leaks(`sleep 300 & echo pid $! >&2; wait`);
    const pid = await pidOf(hunt);
    hunt.child.kill("SIGINT");
    assert.match((await hunt.ended).stderr, /ended before the hunt began/);
    await until("what it started has ended", () => !alive(pid));
  });

  it("is told to be none of an agent when it ends first", async () => {
    const { code, stderr } = await (await leaks("exit 3")).ended;
    assert.equal(code, 2);
    assert.match(stderr, /The program ended with code 3 before its first turn/);
  });
});

describe("A launcher of agents", () => {
  const launches = (commandLine: string) => isLauncher({ commandLine });

  it("is npm, npx, tsx, uv and the like", () => {
    for (const line of [
      '"npm start" "" "" ""',
      "node /usr/lib/node_modules/npm/bin/npx-cli.js tsx agent.ts",
      "node /app/node_modules/.bin/tsx agent.ts",
      "node /app/node_modules/tsx/dist/cli.mjs agent.ts",
      "python3 /usr/bin/poetry run agent.py",
      "python3 -m watchfiles agent.main",
      "/home/me/.cache/node/corepack/v1/yarn/4.1.0/yarn.js start",
    ])
      assert.ok(launches(line), line);
  });

  it("is no agent that one of them started, and none that only has its name in a folder", () => {
    for (const line of [
      "node --require /app/node_modules/tsx/dist/preflight.cjs --import file:///app/node_modules/tsx/dist/loader.mjs agent.ts",
      "node /home/me/npm/agent.js",
      "python3 -m agent",
      "python3 agent.py --with uv",
    ])
      assert.ok(!launches(line), line);
  });
});
