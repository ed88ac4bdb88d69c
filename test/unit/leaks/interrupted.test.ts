import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LeakReport } from "../../../src/model/leaks.ts";
import { freePort } from "../../fixtures/leaks/programs.ts";
import { until } from "../../support/until.ts";
import { Program, Terminal } from "../cli/terminal.ts";
import { Debugger } from "./debugger.ts";

const telling = join(import.meta.dirname, "../../fixtures/leaks/support/telling.mjs");
const cli = join(import.meta.dirname, "../../../src/cli/main.ts");

/** Seconds until a hunt has begun to read, on a machine that is busy with other tests. */
const PATIENCE = 100;

describe("a leak hunt that is interrupted", function () {
  this.timeout(240_000);
  let terminal: Terminal;
  let url: string;
  let port: number;
  beforeEach(async () => {
    terminal = new Terminal();
    port = await freePort();
    url = `http://127.0.0.1:${port}/`;
  });
  afterEach(() => terminal.dispose());

  async function agent(...options: string[]): Promise<Program> {
    const program = terminal.run([...options, telling], { PORT: `${port}` });
    await program.says(/^\d+$/m);
    return program;
  }

  const long = ({ pid }: Program) => ["--pid", `${pid}`, "--action", url, "--turns", "1000", "--duration", "600"];
  const profiler = async () => (await fetch(`${url}profiler`)).json();
  const off = { ids: false, sampling: false };
  /** Snapshots that hunts left behind. */
  const left = () => {
    const folder = join(terminal.addresses.stateFolder, "heap");
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it("leaves the agent as fast as it was when it is cancelled", async () => {
    const hunt = terminal.cli("leaks", ...long(await agent()));
    await hunt.says(/reading, /, PATIENCE);
    assert.deepEqual(await profiler(), { ids: true, sampling: true });
    hunt.child.kill("SIGINT");
    assert.match((await hunt.ended).stderr, /The leak hunt was cancelled; the agent has its speed back\.$/m);
    assert.deepEqual(await profiler(), off);
    assert.deepEqual(left(), []);
  });

  it("leaves it so when an exact one is cancelled, too", async () => {
    const hunt = terminal.cli("leaks", "--exact", ...long(await agent()));
    await hunt.says(/allocates up to 35 times slower until the hunt ends/, PATIENCE);
    await hunt.says(/reading, /, PATIENCE);
    hunt.child.kill("SIGINT");
    await hunt.ended;
    assert.deepEqual(await profiler(), off);
    assert.deepEqual(left(), []);
  });

  it("leaves it so when the collector is killed, and the next one removes the files", async () => {
    const program = await agent();
    const hunt = terminal.cli("leaks", ...long(program));
    await hunt.says(/reading, /, PATIENCE);
    const { pid } = JSON.parse(readFileSync(terminal.addresses.lockFile, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    const { code, stderr } = await hunt.ended;
    assert.equal(code, 2, stderr);
    assert.match(stderr, /collector/);
    await until("the agent has its speed back", async () => {
      const { ids, sampling } = (await profiler()) as typeof off;
      return !ids && !sampling;
    });
    assert.ok(
      left().every((name) => name.endsWith(".part")),
      left().join(),
    );
    const next = terminal.cli("leaks", "--pid", `${program.pid}`, "--action", url, "--turns", "60", "--json");
    const report = JSON.parse((await next.ended).stdout) as LeakReport;
    assert.equal(report.verdict, "leak");
    assert.deepEqual(left(), []);
  });

  it("says so when the agent starts anew at the same address, and hunts in the new one", async () => {
    const first = await agent();
    const hunt = terminal.cli("leaks", ...long(first));
    await hunt.says(/reading, /, PATIENCE);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await agent();
    const { code, stdout, stderr } = await hunt.ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /ended in the middle of the leak hunt: start it again, and hunt anew\.$/m);
    const again = terminal.cli("leaks", "--pid", `${second.pid}`, "--action", url, "--turns", "60", "--json");
    assert.equal((await again.ended).code, 1);
  });

  it("says that the agent is stopped in a debugger, and lets go of it", async () => {
    const program = await agent("--inspect=127.0.0.1:0");
    const debug = await Debugger.connect(await program.says(/ws:\S+/));
    const hunt = terminal.cli("leaks", ...long(program));
    await hunt.says(/warming up, 10 %/, PATIENCE);
    await debug.stop();
    const { code, stdout, stderr } = await hunt.ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /is stopped in a debugger, so its turns never end: the hunt was given up\. Let it go on, /);
    await debug.goOn();
    assert.deepEqual(await profiler(), off);
    assert.deepEqual(left(), []);
    debug.leave();
  });

  it("names the file that can't be written, and leaves nothing", async () => {
    const program = await agent();
    // No file of the collector's may be larger than 2 MB: writing fails half-way, as it does on a full disk.
    const args = [process.execPath, cli, "leaks", ...long(program)];
    const limited = ["-c", 'ulimit -f 4096 && exec "$0" "$@"', ...args];
    const hunt = terminal.add(new Program(limited, { cwd: terminal.folder }, "sh"));
    const { code, stdout, stderr } = await hunt.ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /-1\.heapsnapshot was not written: no file may be so large here\. Make room, or write it/);
    assert.deepEqual(await profiler(), off);
    assert.deepEqual(left(), []);
  });
});
