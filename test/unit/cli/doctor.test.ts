import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Hardware } from "../../../src/model/state.ts";
import { stateOf } from "../support/workplace.ts";
import { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

interface Check {
  name: string;
  status: string;
  detail: string;
  advice?: string;
}

describe("agent-vitals doctor", function () {
  this.timeout(60_000);
  let terminal: Terminal;
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal.dispose());

  it("tries every door for real, and leaves nothing behind", async () => {
    const window = await terminal.connect(version);
    const { code, stdout, stderr } = await terminal.cli("doctor", "--json").ended;
    const {
      version: told,
      workspace,
      checks,
      hardware,
    } = JSON.parse(stdout) as {
      version: string;
      workspace: string;
      checks: Check[];
      hardware: Hardware;
    };
    assert.deepEqual([code, stderr, told, workspace], [0, "", version, terminal.folder], stdout);
    const ok = new Set(checks.filter(({ status }) => status === "ok").map(({ name }) => name));
    for (const name of [
      "Node",
      "Workspace",
      "Sockets",
      "State",
      "Collector",
      "Event socket",
      "OpenTelemetry",
      "Inspector",
      "Hardware",
    ])
      assert.ok(ok.has(name), `${name} in ${stdout}`);
    const detail = (name: string) => checks.find((check) => check.name === name)?.detail ?? "";
    assert.ok(detail("Event socket").startsWith(terminal.addresses.eventSocket));
    assert.match(detail("Sockets"), /mode 0700/);
    assert.ok(detail("Collector").includes(`pid ${window.pid}`));
    assert.deepEqual((await stateOf(window)).agents, []);
    assert.equal(hardware.cores, cpus().length);
    assert.ok(hardware.memory > 2 ** 28 && Array.isArray(hardware.gpus), stdout);
  });

  it("says what to do about what does not work, and fails", async () => {
    mkdirSync(join(terminal.root, "agent-vitals"), { recursive: true });
    chmodSync(join(terminal.root, "agent-vitals"), 0o755);
    const { code, stdout } = await terminal.cli("doctor").ended;
    chmodSync(join(terminal.root, "agent-vitals"), 0o700);
    assert.equal(code, 1);
    assert.match(stdout, /^failed {2}Folders +\S+ can be entered by other users\. Run: chmod 700 \S+$/m);
    assert.match(stdout, /\n\n1 of \d+ checks failed\.\n$/);
  });

  it("names the line of the config file that is wrong", async () => {
    terminal.write(".vscode/agent-vitals.json", '{\n  "version": 1,\n  "agents": 5\n}');
    const { code, stdout } = await terminal.cli("doctor", "--json").ended;
    const problem = (JSON.parse(stdout).checks as Check[]).find(({ name }) => name === "Config file");
    assert.equal(code, 1);
    assert.equal(problem?.status, "failed");
    assert.match(problem?.detail ?? "", /agent-vitals\.json:3: /);
  });
});
