import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import { Terminal } from "./terminal.ts";

/** Holds some MB, and tells whether its inspector is open. */
const HOLDER = `
globalThis.kept = Array.from({ length: 40000 }, (_, i) => ({ name: "turn " + i, of: { i } }));
process.stdin.on("data", () => console.log(require("node:inspector").url() ? "open" : "closed"));
console.log("holds");
`;

/** Stops as soon as a file appears beside it, so that its snapshot is not done before somebody gives it up. */
const STOPPED = `${HOLDER}
const stop = "require('node:fs').watch(process.cwd(), () => process.kill(process.pid, 'SIGSTOP'))";
new (require("node:worker_threads").Worker)(stop, { eval: true });
`;

describe("agent-vitals snapshot", function () {
  this.timeout(60_000);
  let terminal: Terminal;
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal.dispose());

  async function holder(source = HOLDER) {
    const program = terminal.run(["-e", source]);
    await program.says(/holds/);
    return program;
  }

  it("writes one of a process, says its pause before, and leaves the process as it was", async () => {
    const program = await holder();
    const args = ["--pid", String(program.pid), "--output", "one.heapsnapshot", "--json"];
    const { code, stdout, stderr } = await terminal.cli("snapshot", ...args).ended;
    assert.deepEqual([code, stderr.split("\n").length], [0, 2]);
    assert.match(stderr, /pauses for .* s, its heap holds .* MiB\.$/m);
    const { file, size, pause, heap } = JSON.parse(stdout);
    assert.equal(file, join(terminal.folder, "one.heapsnapshot"));
    const text = readFileSync(file, "utf8");
    assert.deepEqual([text.length, JSON.parse(text).nodes.length > 100_000], [size, true]);
    assert.ok(pause > 0 && heap > 1e6);
    program.child.stdin?.write("?\n");
    assert.equal(await program.says(/open|closed/), "closed");
  });

  it("takes none that would pause too long, or of nobody", async () => {
    const program = await holder();
    const refused = async (reason: RegExp, ...args: string[]) => {
      const { code, stdout, stderr } = await terminal.cli("snapshot", ...args).ended;
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, reason);
    };
    const pid = String(program.pid);
    await refused(/would pause for .* s, .*: allow it with --longest \d\.$/m, "--pid", pid, "--longest", "0");
    await refused(/There is no agent nobody here: /, "--agent", "nobody");
    await refused(/No process has the pid 4194305/, "--pid", String(2 ** 22 + 1));
    assert.deepEqual(readdirSync(terminal.folder), []);
  });

  it("leaves no file at Ctrl+C", async () => {
    const program = await holder(STOPPED);
    const cli = terminal.cli("snapshot", "--pid", String(program.pid), "--output", "one.heapsnapshot");
    await cli.says(/pauses for/);
    await until("a file that is begun", () => readdirSync(terminal.folder).length > 0);
    cli.child.kill("SIGINT");
    const { code, stderr } = await cli.ended;
    assert.equal(code, 2);
    assert.match(stderr, /The heap snapshot was cancelled/);
    program.child.kill("SIGCONT");
    assert.deepEqual(readdirSync(terminal.folder), []);
  });
});
