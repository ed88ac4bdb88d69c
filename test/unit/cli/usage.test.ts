import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

describe("the command line", function () {
  this.timeout(60_000);
  let terminal: Terminal;
  before(() => {
    terminal = new Terminal();
  });
  after(() => terminal.dispose());

  const wrong: [command: string, answer: RegExp][] = [
    ["atach --pid 1", /^agent-vitals: atach is no command: did you mean attach\?$/],
    [
      "fly",
      /^agent-vitals: fly is no command: there are attach, listen, serve, record, export, leaks, handles, gc, snapshot, heap, suite, doctor\.$/,
    ],
    ["attach", /Say what to attach to: --pid N, --inspect URL or --port N\.$/],
    ["attach --pid 1 --port 2", /Attach to one thing: /],
    ["attach --pdi 1", /There is no option --pdi: did you mean --pid\?$/],
    ["attach 4711", /"4711" stands alone: did you mean --pid 4711\?$/],
    ["attach --pid --json", /--pid needs a value: --pid N\.$/],
    ["attach --pid -1", /--pid needs a value: --pid N\.$/],
    ["attach --pid=0", /--pid needs a whole number of at least 1, not "0"\.$/],
    ["attach --port 70000", /--port needs a whole number from 1 to 65535, not "70000"\.$/],
    ["attach --inspect localhost:9229", /--inspect needs a WebSocket URL like ws:.*, not "localhost:9229"\.$/],
    ["attach --pid 1 --duration soon", /--duration needs a number from 0\.1 to \d+, not "soon"\.$/],
    ["attach --pid 1 --json=yes", /--json takes no value\.$/],
    ["listen --otlp 4318", /There is no option --otlp: did you mean --otlp-port\?$/],
    ["snapshot --output a", /Say of which agent: --agent NAME or --pid N\.$/],
    ["snapshot --agent a --pid 1", /Of one agent: --agent NAME or --pid N\.$/],
    ["doctor --fix", /There is no option --fix; there are --json, --help\.$/],
  ];
  for (const [command, answer] of wrong) {
    it(`answers "agent-vitals ${command}" with one line`, async () => {
      const { code, stdout, stderr } = await terminal.cli(...command.split(" ")).ended;
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr.replace(/\n$/, ""), answer);
      assert.equal(stderr.split("\n").length, 2);
    });
  }

  it("helps with each command and its every option", async () => {
    for (const command of ["attach", "listen", "leaks", "handles", "gc", "snapshot", "doctor"]) {
      const { code, stdout } = await terminal.cli(command, "--help").ended;
      assert.equal(code, 0);
      const [usage = ""] = stdout.split("\n");
      assert.ok(usage.startsWith(`Usage: agent-vitals ${command}`));
      for (const option of usage.match(/--[\w-]+/g) ?? [])
        assert.match(stdout, new RegExp(`\n {2}${option}( \\w+)? {2,}\\w`));
      assert.ok(readFileSync("docs/CLI.md", "utf8").includes(usage.replace("Usage: ", "")), `${usage} in docs/CLI.md`);
    }
    const { code, stdout } = await terminal.cli("--help").ended;
    assert.equal(code, 0);
    assert.match(
      stdout,
      /\n {2}attach .*\n {2}listen .*\n {2}serve .*\n {2}record .*\n {2}export .*\n {2}leaks .*\n {2}handles .*\n {2}gc .*\n {2}snapshot .*\n {2}heap .*\n {2}suite .*\n {2}doctor .*\n/,
    );
  });

  it("tells its version", async () => {
    assert.deepEqual(await terminal.cli("--version").ended, { code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("finds the workspace from a folder below its config file", async () => {
    terminal.config();
    const below = join(terminal.folder, "src", "deep");
    mkdirSync(below, { recursive: true });
    const { findWorkspace } = await import("../../../src/cli/workspace.ts");
    assert.equal(findWorkspace(below), terminal.folder);
    assert.equal(findWorkspace(terminal.root), terminal.root);
  });
});
