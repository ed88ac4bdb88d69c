import assert from "node:assert/strict";
import { runsPython } from "../../../src/model/runtime.ts";

describe("What runs Python", () => {
  it("is told by its client, and before that by its command line", () => {
    assert.ok(runsPython({ runtime: "Python 3.13.1", commandLine: "sh run.sh" }));
    for (const commandLine of [
      "python3 agent.py",
      "/usr/bin/python3.13 -m agent",
      "uv run --no-sync agent.py",
      "pypy3 a.py",
    ])
      assert.ok(runsPython({ commandLine }), commandLine);
  });

  it("is no Node agent, whatever its arguments are", () => {
    assert.ok(!runsPython({ runtime: "Node 24.1.0", commandLine: "python3 agent.py" }));
    for (const commandLine of ["node agent.js --tool tool.py", "/usr/bin/node agent.js tool.py", "sh -c agent"])
      assert.ok(!runsPython({ commandLine }), commandLine);
  });
});
