import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLIENT, environment, otherPythons, type Python, python } from "./pythons.ts";

/** Runs the client's own tests; fails with what they said. */
async function unittest({ command }: Python, ...tests: string[]): Promise<void> {
  const child = spawn(command, ["-m", "unittest", ...tests], { cwd: CLIENT, env: { ...process.env, ...environment } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const [code] = await once(child, "close");
  assert.equal(code, 0, said);
  assert.match(said, /Ran \d+ tests/);
}

describe("The Python client", () => {
  before(function () {
    if (!python) this.skip();
  });

  it("passes its own tests", async function () {
    this.timeout(240_000);
    if (python) await unittest(python);
  });

  it("works in every other version of Python that is here", async function () {
    this.timeout(240_000);
    const tests = ["responses", "functions", "commands", "readings"].map((name) => `tests.test_${name}`);
    for (const other of otherPythons()) await unittest(other, ...tests);
  });

  it("is one file of this version, which pip installs", () => {
    const { version } = JSON.parse(readFileSync(join(CLIENT, "..", "package.json"), "utf8"));
    assert.ok(readFileSync(join(CLIENT, "agent_vitals.py"), "utf8").includes(`__version__ = "${version}"\n`));
    assert.match(readFileSync(join(CLIENT, "pyproject.toml"), "utf8"), /py-modules = \["agent_vitals"\]/);
  });
});
