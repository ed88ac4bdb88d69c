import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { clientEnvironment } from "../../../src/collector/environment.ts";
import type { LeakReport } from "../../../src/model/leaks.ts";
import { huntIn, pythonLeakPrograms } from "../../fixtures/leaks/programs.ts";
import { until } from "../../support/until.ts";
import { type Program, Terminal } from "../cli/terminal.ts";
import { environment, python } from "./pythons.ts";

// From the sources, as the unit tests run before anything is built.
const cli = join(import.meta.dirname, "../../../src/cli/main.ts");
const programs = pythonLeakPrograms(python?.command);

describe("A leak hunt in a Python agent", function () {
  this.timeout(120_000);
  let terminal: Terminal;
  before(function () {
    if (!python) this.skip();
  });
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal.dispose());

  // The rest of them: npm run hunts.
  for (const name of ["sessions", "perUser", "fullCache"]) {
    const program = programs.find((one) => one.name.startsWith(`${name} `));
    assert.ok(program);
    const title = program.leaks ? `finds the leak of ${name}, who holds it and its line` : `finds nothing in ${name}`;
    it(title, async () => {
      const { report, ...judged } = await huntIn(program, { turns: 200, cli });
      assert.deepEqual(
        judged,
        { program, verdict: true, rule: true, holder: true, line: true },
        JSON.stringify(report),
      );
      assert.deepEqual([report.runtime, report.snapshots], ["python", []]);
      const names = report.resources.map((one) => one.name);
      for (const resource of ["objects", "blocks", "memory.traced"])
        assert.ok(names.includes(`agent_vitals.python.${resource}`), names.join());
    });
  }

  it("traces nothing when it shall not, and tells who holds it all the same", async () => {
    const program = programs.find(({ name }) => name.startsWith("callbacks "));
    assert.ok(program);
    const { report, rule, holder, line } = await huntIn(program, { turns: 200, cli, options: ["--no-snapshot"] });
    assert.deepEqual([report.verdict, rule, holder, line], ["leak", true, true, true], JSON.stringify(report));
    assert.ok(!report.resources.some(({ name }) => name.endsWith("traced")));
  });

  /** A server of the fixture's whose turns append to a list, and tell whether allocations are traced. */
  async function served(client: "ours" | "old" | "none" = "ours"): Promise<{ program: Program; url: string }> {
    const file = join(terminal.folder, "agent.py");
    const support = join(import.meta.dirname, "../../fixtures/leaks/python/support");
    const monitored = `import sys, tracemalloc
sys.path.insert(0, ${JSON.stringify(support)})
from serve import serve, text
kept = []
def turn(number):
    kept.append(text(number, 500))
    print("traced" if tracemalloc.is_tracing() else "fast", flush=True)
serve(turn)
`;
    const old = `import json, os, socket, threading, time
def talk():
    path, token = os.environ["AGENT_VITALS_SOCKET"], os.environ["AGENT_VITALS_TOKEN"]
    connection = socket.socket(socket.AF_UNIX)
    while connection.connect_ex(path):
        time.sleep(0.1)
    def send(event):
        connection.sendall(json.dumps(event).encode() + b"\\n")
    send({"type": "hello", "protocol": 1, "agent": "old", "pid": os.getpid(), "startTime": started, "token": token,
          "runtime": "Python 3", "client": "agent-vitals-python 0.0.1"})
    for line in connection.makefile():
        command = json.loads(line)
        if command["type"] == "command":
            send({"type": "reply", "id": command["id"], "ok": False, "error": command["name"] + ": no such command"})
started = time.time()
threading.Thread(target=talk, daemon=True).start()
`;
    const bare = `import http.server
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print(server.server_port, flush=True)
server.serve_forever()
`;
    writeFileSync(file, { ours: monitored, old: old + bare, none: bare }[client]);
    const env = { ...environment, ...clientEnvironment(terminal.addresses) };
    const program = terminal.python(python?.command ?? "python3", [file], env);
    const port = await program.says(/^\d+$/m);
    return { program, url: `http://127.0.0.1:${port}/` };
  }

  it("is cancelled at Ctrl+C, and the agent has its speed back", async () => {
    const { program, url } = await served();
    const args = ["--pid", `${program.pid}`, "--action", url, "--turns", "5000", "--duration", "600"];
    const hunt = terminal.cli("leaks", ...args);
    await hunt.says(/reading, /);
    await program.says(/traced/);
    hunt.child.kill("SIGINT");
    const { code, stderr } = await hunt.ended;
    assert.equal(code, 2);
    assert.match(stderr, /The leak hunt was cancelled; the agent has its speed back\.$/m);
    await until("nothing is traced", async () => {
      await fetch(url);
      return program.stdout.trimEnd().endsWith("fast");
    });
  });

  it("ends in the agent by itself when the collector dies", async () => {
    const { program, url } = await served();
    const args = ["--pid", `${program.pid}`, "--action", url, "--turns", "5000", "--duration", "600"];
    const hunt = terminal.cli("leaks", ...args);
    await hunt.says(/reading, /);
    await program.says(/traced/);
    await terminal.endCollector("SIGKILL");
    assert.equal((await hunt.ended).code, 2);
    await until("nothing is traced", async () => {
      await fetch(url);
      return program.stdout.trimEnd().endsWith("fast");
    });
  });

  it("says so when the agent ends in the middle", async () => {
    const { program, url } = await served();
    const hunt = terminal.cli(
      "leaks",
      "--pid",
      `${program.pid}`,
      "--action",
      url,
      "--duration",
      "600",
      "--turns",
      "5000",
    );
    await hunt.says(/reading, /);
    program.child.kill("SIGKILL");
    const { code, stderr } = await hunt.ended;
    assert.equal(code, 2);
    assert.match(stderr, /ended in the middle of the leak hunt: start it again, and hunt anew\.$/m);
  });

  it("tells what to do where there is no client", async () => {
    const { program, url } = await served("none");
    const { code, stdout, stderr } = await terminal.cli("leaks", "--pid", `${program.pid}`, "--action", url).ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /is a Python program without a connected Agent Vitals client, .*create_monitor\(\)/);
  });

  it("asks for a newer client where the agent's knows no hunts", async () => {
    const { program, url } = await served("old");
    const { code, stderr } = await terminal.cli("leaks", "--pid", `${program.pid}`, "--action", url).ended;
    assert.equal(code, 2);
    assert.match(stderr, /has an older client than this Agent Vitals \(agent-vitals-python 0\.0\.1\), .* copy /);
  });

  it("can't tell without turns", async () => {
    const { program } = await served();
    const { code, stdout, stderr } = await terminal.cli("leaks", "--pid", `${program.pid}`, "--duration", "4", "--json")
      .ended;
    assert.equal(code, 2, stderr);
    const report = JSON.parse(stdout) as LeakReport;
    assert.deepEqual([code, report.verdict, report.turns], [2, "inconclusive", 0]);
  });
});
